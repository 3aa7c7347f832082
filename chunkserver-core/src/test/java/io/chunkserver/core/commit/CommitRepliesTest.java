package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CommitRepliesTest {

    private static final StageKey OLD = key(1);
    private static final StageKey NEW = key(2);

    private final CommitReplies replies = new CommitReplies();

    @Test
    void theAnswerAboutAnAttemptThatIsOverDoesNotReachThoseWhoWaitForAnother() {
        CompletableFuture<CommitReply> old = awaited(OLD);
        CompletableFuture<CommitReply> waiting = awaited(NEW);

        replies.complete(OLD, CommitReply.APPLIED);

        assertThat(old).isCompletedWithValue(CommitReply.APPLIED);
        assertThat(waiting).isNotDone();
    }

    @Test
    void allWhoWaitForAnAttemptAreAnswered() {
        CompletableFuture<CommitReply> first = awaited(NEW);
        CompletableFuture<CommitReply> second = awaited(NEW);

        replies.complete(NEW, CommitReply.NOT_PREPARED);

        assertThat(first).isCompletedWithValue(CommitReply.NOT_PREPARED);
        assertThat(second).isCompletedWithValue(CommitReply.NOT_PREPARED);
    }

    @Test
    void whoComesAfterTheDiskFailedIsNotLeftWaiting() {
        CompletableFuture<CommitReply> before = awaited(NEW);

        replies.fail(NEW, Failure.of(ErrorCode.DISK_FAILED, "no more"));

        assertThat(before).isCompletedExceptionally();
        assertThat(awaited(NEW)).isCompletedExceptionally();
        assertThat(awaited(OLD)).isNotDone();
    }

    private CompletableFuture<CommitReply> awaited(StageKey key) {
        CompletableFuture<CommitReply> reply = new CompletableFuture<>();
        replies.await(key, reply);
        return reply;
    }

    private static StageKey key(long sequence) {
        return new StageKey(new TransactionId("client", 0, sequence), new Attempt(1, sequence));
    }
}
