package io.chunkserver.core.store;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.testkit.ChunkStoreScript;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ChunkStoreProperties {

    @Property(tries = 300)
    void anyScriptGivesWhatTheModelGives(@ForAll("scripts") ChunkStoreScript script) throws IOException {
        Disk disk = new MemoryDisk();
        disk.createDirectories(DataDirectory.CHUNKS);
        disk.createDirectories(DataDirectory.QUARANTINE);
        script.run(
                () -> FileChunkStore.open(disk, DataDirectory.CHUNKS, DataDirectory.QUARANTINE, DataDirectory.INDEX));
    }

    @Provide
    Arbitrary<ChunkStoreScript> scripts() {
        return ChunkStoreScript.scripts();
    }
}
