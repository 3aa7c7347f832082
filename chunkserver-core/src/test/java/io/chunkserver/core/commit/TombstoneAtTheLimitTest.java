package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.space.ReservingSpaceAccountant;
import io.chunkserver.core.space.SpaceAccountant;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.store.ChunkFiles;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that is full to its last byte promises a delete in place of a version that is then found damaged (guarantee S1). */
class TombstoneAtTheLimitTest extends ParticipantOnMemoryDisk {

    private ChunkInfo damaged;
    private PrepareRequest delete;

    @BeforeEach
    void promiseTheDeleteAndDamageTheVersion() throws IOException {
        committed(ChunkVersion.NONE);
        damaged = storage.store().stat(CHUNK).orElseThrow();
        long full = damaged.storedBytes();
        SpaceAccountant atLimit = new ReservingSpaceAccountant(full, full, 0, full, memory::freeBytes);
        storage = new Storage(storage.store(), atLimit, storage.log());
        participant =
                Participant.create(self.id(), storage, others, life.environment(), admission, CommitConfig.DEFAULT);
        delete = request(FIRST, true, 0);
        PrepareStream stream = participant.prepare(delete);
        stream.finish(0, 0);
        assertThat(vote(stream).isYes()).isTrue();
        ChunkFiles.replace(memory, ChunkFiles.of(CHUNK), new byte[(int) full]);
        assertThat(settled(participant.withdraw(damaged).toCompletableFuture())).isPresent();
    }

    private void takeWhatIsAvailable() throws IOException {
        storage.space().reserve(storage.space().snapshot().availableBytes()).settle();
    }

    private void assertWithinTheLimit() {
        SpaceSnapshot space = storage.space().snapshot();
        assertThat(space.usedBytes() + space.reservedBytes()).isEqualTo(space.limitBytes());
    }

    @Test
    void theTombstoneKeepsItsRoomWhenOthersTakeTheRest() throws IOException {
        takeWhatIsAvailable();
        assertWithinTheLimit();

        assertReply(CommitReply.APPLIED, delete);

        assertWithinTheLimit();
        assertNothingIsHeld();
    }

    @Test
    void anAbortedOneGivesItsRoomBack() throws IOException {
        participant.abort(key(delete), CHUNK);
        time.runFor(QUIET);

        assertNothingIsHeld();
        assertThat(storage.space().snapshot().usedBytes()).isZero();
    }
}
