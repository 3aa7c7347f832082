package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.testkit.ChunkStoreContract;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The store's promises, on a real disk and on one in memory. */
class FileChunkStoreTest {

    @Nested
    class OnALocalDisk extends ChunkStoreContract {

        @TempDir
        private Path directory;

        @Override
        protected ChunkStore openStore() throws IOException {
            return StoreOnMemoryDisk.open(new LocalDisk(directory));
        }

        @Override
        protected void crash() {
            Assumptions.abort(
                    "what a local disk was not told to force is lost only with the power of the whole machine");
        }
    }

    @Nested
    class OnAMemoryDisk extends ChunkStoreContract {

        private final MemoryDisk disk = new MemoryDisk();

        @Override
        protected ChunkStore openStore() throws IOException {
            assertThat(disk.openFiles())
                    .as("files that the store before left open")
                    .isZero();
            return StoreOnMemoryDisk.open(disk);
        }

        @Override
        protected void crash() {
            disk.crash();
        }
    }
}
