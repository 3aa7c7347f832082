package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a {@link TwoPhaseCoordinator} makes of a transaction that comes again; part of {@link TwoPhaseCoordinatorContract}. */
interface CoordinatorRetryContract extends CoordinatorSubject {

    @Test
    default void aRetryOfACommittedTransactionIsAnsweredAndNotAppliedAgain() {
        ClientStore store = store();
        time().runFor(LONG);
        ClientStore retry = begin(store.id(), null);
        time().runFor(LONG);

        assertThat(retry.committed().version()).isEqualTo(store.committed().version());
        assertThat(b().prepared()).as("prepare requests").hasSize(1);
    }

    @Test
    default void aRetryIsAnsweredAlsoAfterACrashAndALaterStore() throws IOException {
        ClientStore store = store();
        time().runFor(LONG);
        store();
        time().runFor(LONG);
        crash();
        restart();
        ClientStore retry = begin(store.id(), null);
        time().runFor(LONG);

        assertThat(retry.committed().version()).isEqualTo(store.committed().version());
        assertThat(b().prepared()).as("prepare requests").hasSize(2);
    }

    @Test
    default void aRetryOfAnAbortedTransactionIsANewAttempt() {
        c().refuse(Failure.of(ErrorCode.BUSY, "not now"));
        ClientStore store = store();
        time().runFor(LONG);
        store.failed();
        Attempt refused = store.attempt();
        FakeReplica recovered = others().add("c", c().member().location());
        ClientStore retry = begin(store.id(), null);
        retry.send();
        time().runFor(LONG);

        assertThat(retry.committed().transaction()).isEqualTo(store.id());
        assertThat(recovered.commits()).containsExactly(retry.attempt());
        assertThat(retry.attempt().isNewerThan(refused))
                .as("the attempt is newer")
                .isTrue();
    }

    @Test
    default void aSecondTransactionOnTheChunkIsRefusedWhileOneIsOpen() {
        c().fallSilent();
        ClientStore first = store();
        time().runFor(Duration.ofSeconds(1));
        ClientStore second = store();
        time().runFor(Duration.ofSeconds(1));

        Failure failure = second.failed();
        assertThat(failure.code()).isEqualTo(ErrorCode.BUSY);
        assertThat(inquire(first)).isEqualTo(InquiryAnswer.PENDING);
    }
}
