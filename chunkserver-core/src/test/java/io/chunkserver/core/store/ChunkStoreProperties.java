package io.chunkserver.core.store;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.testkit.ChosenCrash;
import io.chunkserver.core.testkit.ChunkStoreScript;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ChunkStoreProperties {

    @Property
    void anyScriptGivesWhatTheModelGives(@ForAll("scripts") ChunkStoreScript script) throws IOException {
        Disk disk = new MemoryDisk();
        disk.createDirectories(DataDirectory.CHUNKS);
        disk.createDirectories(DataDirectory.QUARANTINE);
        script.run(
                () -> FileChunkStore.open(disk, DataDirectory.CHUNKS, DataDirectory.QUARANTINE, DataDirectory.INDEX));
    }

    /** Of what is not forced, a crash keeps what is drawn. */
    @Property(edgeCases = EdgeCasesMode.NONE)
    void anyScriptWithCrashesGivesWhatTheModelAllows(
            @ForAll("scriptsWithCrashes") ChunkStoreScript script, @ForAll CrashMode mode, @ForAll long seed)
            throws IOException {
        MemoryDisk disk = new MemoryDisk();
        SplittableRandom random = new SplittableRandom(seed);
        script.run(() -> StoreOnMemoryDisk.open(disk), () -> disk.crash(mode, ChosenCrash.random(random)));
    }

    @Provide
    Arbitrary<ChunkStoreScript> scriptsWithCrashes() {
        return ChunkStoreScript.scriptsWithCrashes();
    }

    @Provide
    Arbitrary<ChunkStoreScript> scripts() {
        return ChunkStoreScript.scripts();
    }
}
