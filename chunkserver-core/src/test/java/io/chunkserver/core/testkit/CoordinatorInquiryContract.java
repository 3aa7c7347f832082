package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.model.Attempt;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a {@link TwoPhaseCoordinator} answers members in doubt; part of {@link TwoPhaseCoordinatorContract}. */
interface CoordinatorInquiryContract extends CoordinatorSubject {

    @Test
    default void whileItIsNotDecidedTheAnswerIsPending() {
        c().fallSilent();
        ClientStore store = store();
        time().runFor(Duration.ofSeconds(1));

        assertThat(inquire(store)).isEqualTo(InquiryAnswer.PENDING);
    }

    @Test
    default void whatNobodyHeardOfIsAborted() {
        assertThat(coordinator().answer(newTransaction(), new Attempt(1, 1), logId()))
                .isEqualTo(InquiryAnswer.ABORT);
    }

    @Test
    default void anAttemptOtherThanTheCommittedOneIsAborted() {
        ClientStore store = store();
        time().runFor(LONG);
        Attempt earlier = new Attempt(store.attempt().boot() + 1000, 1);

        assertThat(coordinator().answer(store.id(), earlier, logId())).isEqualTo(InquiryAnswer.ABORT);
    }

    /** A further attempt is begun only when the one before is aborted. */
    @Test
    default void anAttemptOtherThanTheOpenOneIsAborted() {
        c().fallSilent();
        ClientStore store = store();
        time().runFor(Duration.ofSeconds(1));
        Attempt earlier = new Attempt(store.attempt().boot() + 1000, 1);

        assertThat(coordinator().answer(store.id(), earlier, store.prepared().coordinatorLogId()))
                .isEqualTo(InquiryAnswer.ABORT);
    }

    @Test
    default void whoHasLostTheLogOfTheDecisionDoesNotPresumeAnAbort() {
        assertThat(coordinator().answer(newTransaction(), new Attempt(1, 1), new UUID(0xdead, 0xdead)))
                .isEqualTo(InquiryAnswer.DONT_KNOW);
    }
}
