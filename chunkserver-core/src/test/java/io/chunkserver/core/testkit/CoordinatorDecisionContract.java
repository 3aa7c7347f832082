package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a {@link TwoPhaseCoordinator} decides, and who hears of it; part of {@link TwoPhaseCoordinatorContract}. */
interface CoordinatorDecisionContract extends CoordinatorSubject {

    @Test
    default void aStoreThatAllMembersCanTakeIsCommittedOnAll() throws IOException {
        ClientStore store = store();
        time().runFor(LONG);

        Receipt receipt = store.committed();
        assertThat(receipt.chunk()).isEqualTo(CHUNK);
        assertThat(receipt.transaction()).isEqualTo(store.id());
        assertThat(receipt.lengthBytes()).isEqualTo(CONTENT.length);
        assertThat(receipt.members()).isEqualTo(3);
        assertThat(receipt.applied())
                .containsExactly(self().id(), b().member().id(), c().member().id());
        assertThat(b().bytes()).isEqualTo(CONTENT);
        assertThat(b().commits()).containsExactly(store.attempt());
        assertThat(c().commits()).containsExactly(store.attempt());
        assertThat(b().aborts()).isEmpty();
        assertThat(coordinator().open()).isEmpty();
    }

    @Test
    default void oneNoAbortsTheTransactionOnAllMembers() {
        c().refuse(Failure.of(ErrorCode.INSUFFICIENT_SPACE, "no room"));
        ClientStore store = store();
        time().runFor(LONG);

        Failure failure = store.failed();
        assertThat(failure.code()).isEqualTo(ErrorCode.INSUFFICIENT_SPACE);
        assertThat(failure.server()).as("the culprit").contains(c().member().id());
        assertThat(failure.transaction()).contains(store.id());
        assertThat(b().aborts()).contains(store.attempt());
        assertNobodyWasToldToCommit();
        assertThat(coordinator().open()).isEmpty();
        assertThat(inquire(store)).isEqualTo(InquiryAnswer.ABORT);
    }

    @Test
    default void aVoteThatIsMissingAmongThoseThatComeIsNoYes() {
        c().loseVote();
        ClientStore store = store();
        time().runFor(LONG);

        assertThat(store.failed().transaction()).contains(store.id());
        assertThat(b().aborts()).contains(store.attempt());
        assertThat(c().aborts()).contains(store.attempt());
        assertNobodyWasToldToCommit();
        assertThat(coordinator().open()).isEmpty();
    }

    @Test
    default void aVoteThatDoesNotComeAbortsTheTransactionByItsDeadline() {
        c().fallSilent();
        ClientStore store = store();
        time().runFor(TIMEOUT);

        assertThat(store.failed().code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(b().aborts()).contains(store.attempt());
        time().runFor(LONG);
        assertNobodyWasToldToCommit();
    }

    @Test
    default void aClientThatGivesUpBeforeTheEndAbortsTheTransaction() {
        ClientStore store = begin(null);
        store.writer().write(CheckedBlock.of(ByteBuffer.wrap(CONTENT)));
        store.writer().cancel(Failure.of(ErrorCode.CANCELLED, "the client is gone"));
        time().runFor(LONG);

        assertThat(store.failed().code()).isEqualTo(ErrorCode.CANCELLED);
        assertNobodyWasToldToCommit();
        assertThat(coordinator().open()).isEmpty();
    }

    @Test
    default void aClientThatGivesUpAfterACommitChangesNothing() {
        ClientStore store = store();
        time().runFor(LONG);
        store.writer().cancel(Failure.of(ErrorCode.CANCELLED, "the client changed its mind"));
        time().runFor(LONG);

        store.committed();
        assertThat(b().aborts()).isEmpty();
        assertThat(inquire(store)).isEqualTo(InquiryAnswer.COMMIT);
    }

    @Test
    default void aVersionThatIsNotTheExpectedOneIsRefusedWithoutAskingAnybody() {
        ClientStore store = begin(new ChunkVersion(7));
        time().runFor(LONG);

        assertThat(store.failed().code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
        assertThat(b().prepared()).isEmpty();
    }

    @Test
    default void eachStoreCreatesTheNextVersion() {
        ClientStore first = store();
        time().runFor(LONG);
        ClientStore second = store();
        time().runFor(LONG);

        assertThat(second.committed().version())
                .isEqualTo(first.committed().version().next());
        assertThat(second.attempt()).as("attempt numbers").isNotEqualTo(first.attempt());
    }
}
