package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import org.junit.jupiter.api.Test;

/** How a {@link TwoPhaseCoordinator} delivers its decisions; part of {@link TwoPhaseCoordinatorContract}. */
interface CoordinatorDeliveryContract extends CoordinatorSubject {

    @Test
    default void aCommitIsSentUntilItIsConfirmed() {
        c().missMessages(4);
        ClientStore store = store();
        time().runFor(LONG);

        assertThat(c().commits()).contains(store.attempt());
        assertThat(coordinator().open()).isEmpty();
        store.committed();
    }

    @Test
    default void aMemberThatDoesNotConfirmDoesNotHoldUpTheClientForever() {
        c().missMessages(Integer.MAX_VALUE);
        ClientStore store = store();
        time().runFor(TIMEOUT);

        assertThat(store.committed().applied())
                .containsExactly(self().id(), b().member().id());
        assertThat(coordinator().open()).as("the transaction goes on").hasSize(1);
    }

    @Test
    default void aMemberThatHasLostItsPromiseIsNotCountedAndNotAskedForEver() {
        c().replyToCommits(CommitReply.NOT_PREPARED);
        ClientStore store = store();
        time().runFor(LONG);

        assertThat(store.committed().applied())
                .containsExactly(self().id(), b().member().id());
        assertThat(coordinator().open()).isEmpty();
    }
}
