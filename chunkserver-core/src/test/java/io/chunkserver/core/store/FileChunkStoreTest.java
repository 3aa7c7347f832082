package io.chunkserver.core.store;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.testkit.ChunkStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class FileChunkStoreTest {

    private static FileChunkStore open(Disk disk) throws IOException {
        for (Path folder : List.of(DataDirectory.CHUNKS, DataDirectory.STAGED, DataDirectory.QUARANTINE)) {
            disk.createDirectories(folder);
        }
        return FileChunkStore.open(disk, DataDirectory.CHUNKS, DataDirectory.STAGED, DataDirectory.QUARANTINE);
    }

    @Nested
    class OnALocalDisk extends ChunkStoreContract {

        @TempDir
        private Path directory;

        @Override
        protected ChunkStore openStore() throws IOException {
            return open(new LocalDisk(directory));
        }
    }
}
