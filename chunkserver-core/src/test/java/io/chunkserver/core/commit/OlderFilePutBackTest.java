package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.ChunkFiles;
import io.chunkserver.core.store.StoreFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The third version was damaged and is out of service; while the server was down somebody put the file of the first one back. */
class OlderFilePutBackTest extends ParticipantOnMemoryDisk {

    private static final ChunkVersion THIRD = new ChunkVersion(3);
    private static final Path FILE = ChunkFiles.of(CHUNK);

    private byte[] first;
    private byte[] second;
    private PrepareRequest secondStore;

    @BeforeEach
    void loseTheThirdVersion() throws IOException {
        committed(ChunkVersion.NONE);
        first = ChunkFiles.bytes(memory, FILE);
        secondStore = committed(FIRST);
        second = ChunkFiles.bytes(memory, FILE);
        committed(SECOND);
        storage.store().forcePublished();
        ChunkFiles.replace(memory, FILE, new byte[100]);
        assertThat(storage.store().withdraw(storage.store().stat(CHUNK).orElseThrow()))
                .isPresent();
    }

    private void restartWith(Path name, byte[] content) throws IOException {
        ChunkFiles.replace(memory, name, content);
        ChunkFiles.replace(memory, FILE, first);
        for (Path file : new Path[] {name, FILE}) {
            try (var open = memory.openForWrite(file)) {
                open.force();
            }
        }
        memory.forceDirectory(FILE.getParent());
        memory.forceDirectory(DataDirectory.QUARANTINE);
        crashAndRestart();
    }

    private void assertTheThirdIsMissing() {
        assertThatThrownBy(() -> storage.store().open(CHUNK))
                .isInstanceOf(ChunkServerException.Corrupt.class)
                .hasMessageContaining("version 3");
        assertThat(storage.store().committedVersion(CHUNK)).isEqualTo(THIRD);
        assertThat(participant.committedVersion(CHUNK)).isEqualTo(THIRD);
    }

    @Test
    void itIsNotReadAndTheNextStoreGoesOnFromTheMissingVersion() throws IOException {
        restartWith(FILE, first);

        assertTheThirdIsMissing();
        assertThat(memory.list(DataDirectory.QUARANTINE)).as("what is kept").hasSize(2);
        committed(THIRD);
        assertThat(published()).isEqualTo(THIRD.next());
        assertNothingIsHeld();
    }

    /** The second version was published and replaced long ago, and a crash has brought its staged name back. */
    @Test
    void aStartIsNotStoppedByWhatWasCommittedBetweenTheTwo() throws IOException {
        StoreFiles files = new StoreFiles(memory, DataDirectory.CHUNKS, DataDirectory.QUARANTINE);

        restartWith(files.stagedFile(CHUNK, key(secondStore)), second);

        assertTheThirdIsMissing();
        assertNothingIsHeld();
    }
}
