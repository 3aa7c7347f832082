package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a participant does about a chunk whose committed version is version 4, and whose bytes were damaged. */
class MissingVersionTest {

    private static final StageKey KEY = new StageKey(new TransactionId("client", 1000, 0), new Attempt(1, 1));
    private static final ParticipantState LACKING =
            ParticipantState.idle(new ChunkVersion(4), 2).withoutBytes();

    private static List<ParticipantEffect> effects(ParticipantEvent event) {
        return ParticipantMachine.step(LACKING, event).effects();
    }

    private static ParticipantEvent.Adopt copy(long version) {
        return new ParticipantEvent.Adopt(KEY, new ChunkVersion(version), 2, false, false);
    }

    private static ParticipantEvent.Prepare prepare(long base, long epoch) {
        return new ParticipantEvent.Prepare(KEY, new ChunkVersion(base), epoch, new UUID(1, 1), false, false);
    }

    @Test
    void aCopyOfTheVersionItselfOrOfANewerOneIsTaken() {
        for (long version = 4; version <= 5; version++) {
            assertThat(effects(copy(version)))
                    .containsExactly(new ParticipantEffect.PublishCopy(KEY, new ChunkVersion(version), 2));
        }
        ParticipantState healed = ParticipantMachine.step(
                        LACKING, new ParticipantEvent.Adopted(KEY, new ChunkVersion(4), 2))
                .state();
        assertThat(healed).isEqualTo(ParticipantState.idle(new ChunkVersion(4), 2));
    }

    @Test
    void anOlderCopyIsRefused() {
        assertThat(effects(copy(3)))
                .singleElement()
                .isInstanceOfSatisfying(
                        ParticipantEffect.RefuseCopy.class,
                        refused -> assertThat(refused.why().code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
    }

    @Test
    void nothingIsBasedOnLess() {
        assertThat(effects(prepare(3, 2)))
                .singleElement()
                .isInstanceOfSatisfying(
                        ParticipantEffect.VoteNo.class,
                        no -> assertThat(no.why().code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
        assertThat(effects(prepare(4, 1)))
                .singleElement()
                .isInstanceOfSatisfying(
                        ParticipantEffect.VoteNo.class,
                        no -> assertThat(no.why().code()).isEqualTo(ErrorCode.STALE_EPOCH));
        assertThat(effects(prepare(4, 2))).containsExactly(new ParticipantEffect.Stage(KEY));
    }

    @Test
    void aTransactionThatIsAbortedLeavesItMissing() {
        ParticipantState staging =
                ParticipantMachine.step(LACKING, prepare(4, 2)).state();
        ParticipantState aborted = ParticipantMachine.step(
                        staging, new ParticipantEvent.Abort(KEY, Failure.of(ErrorCode.CANCELLED, "test")))
                .state();
        assertThat(aborted).isEqualTo(LACKING);
    }
}
