package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a crash leaves of a {@link TwoPhaseCoordinator}'s decisions; part of {@link TwoPhaseCoordinatorContract}. */
interface CoordinatorCrashContract extends CoordinatorSubject {

    @Test
    default void noMemberHearsOfADecisionThatACrashWouldUndo() throws IOException {
        b().onNextCommit(this::crash);
        ClientStore store = store();
        time().runFor(LONG);
        assertThat(b().commits()).isNotEmpty();

        restart();
        assertThat(inquire(store)).isEqualTo(InquiryAnswer.COMMIT);
    }

    @Test
    default void noClientHearsOfADecisionThatACrashWouldUndo() throws IOException {
        ClientStore store = begin(null);
        store.writer().receipt().thenRun(this::crash);
        store.send();
        time().runFor(LONG);
        store.committed();

        restart();
        assertThat(inquire(store)).isEqualTo(InquiryAnswer.COMMIT);
    }

    @Test
    default void aDecisionIsDeliveredAfterACrash() throws IOException {
        b().onNextCommit(this::crash);
        ClientStore store = store();
        time().runFor(LONG);

        restart();
        time().runFor(LONG);
        assertThat(c().commits()).as("what c was told to commit").contains(store.attempt());
        assertThat(c().aborts()).isEmpty();
        assertThat(coordinator().open()).isEmpty();
    }

    @Test
    default void aCrashBeforeTheDecisionIsAnAbort() throws IOException {
        c().fallSilent();
        ClientStore store = store();
        time().runFor(Duration.ofSeconds(1));
        crash();

        restart();
        time().runFor(LONG);
        assertThat(inquire(store)).isEqualTo(InquiryAnswer.ABORT);
        assertNobodyWasToldToCommit();
    }

    @Test
    default void attemptNumbersAreNotUsedAgainAfterACrash() throws IOException {
        ClientStore before = store();
        time().runFor(LONG);
        crash();
        restart();
        ClientStore after = store();
        time().runFor(LONG);

        assertThat(after.attempt()).isNotEqualTo(before.attempt());
    }
}
