package io.chunkserver.core.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.Replicas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every {@link TwoPhaseCoordinator} promises. It is run as the first of three members, in virtual time, on a disk that forgets
 * in a crash what was not forced; the two others do as the test says.
 *
 * <p>Extend it and implement {@link #open}. A broken promise is reported with the messages that led to it.
 */
@ExtendWith(PromiseReport.class)
public abstract class TwoPhaseCoordinatorContract implements PromiseReport.Traced {

    private static final ChunkId CHUNK = new ChunkId("contract/file", 0);
    private static final byte[] CONTENT = "what the client stores".getBytes(UTF_8);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** Far beyond every wait for a deadline, a confirmation or a first few repetitions. */
    private static final Duration LONG = Duration.ofMinutes(5);

    private final Member self = new Member(new ServerId("a"), "a", Location.ORIGIN);
    private final CallTrace trace = new CallTrace();
    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(42));
    private final MemoryDisk disk = new MemoryDisk();
    private final FakeReplicas others = new FakeReplicas(trace);
    private final FakeReplica b = others.add("b", new Location(1, 0));
    private final FakeReplica c = others.add("c", new Location(2, 0));
    private SimulatedTime.Life life = time.life(Duration.ofMillis(1));
    private TwoPhaseCoordinator coordinator;
    private long sequence;

    /**
     * Opens the coordinator under test: the first time on an empty disk; after a crash, which is not announced, on what is left.
     *
     * @param self        who it is; its own participant, with store and log, lies on the disk as well
     * @param disk        the only place where it may remember anything
     * @param others      how it reaches the other members
     * @param environment its time, chance and threads
     */
    protected abstract TwoPhaseCoordinator open(Member self, Disk disk, Replicas others, Environment environment)
            throws IOException;

    @Override
    public final CallTrace trace() {
        return trace;
    }

    @BeforeEach
    final void start() throws IOException {
        coordinator = open(self, disk, others, life.environment());
    }

    private void crash() {
        trace.note("the coordinator crashes");
        life.end();
        disk.crash();
    }

    private void restart() throws IOException {
        trace.note("the coordinator starts again");
        life = time.life(Duration.ofMillis(1));
        start();
    }

    // Deciding

    @Test
    void aStoreThatAllMembersCanTakeIsCommittedOnAll() throws IOException {
        Store store = store();
        time.runFor(LONG);

        Receipt receipt = store.committed();
        assertThat(receipt.chunk()).isEqualTo(CHUNK);
        assertThat(receipt.transaction()).isEqualTo(store.id);
        assertThat(receipt.lengthBytes()).isEqualTo(CONTENT.length);
        assertThat(receipt.members()).isEqualTo(3);
        assertThat(receipt.applied())
                .containsExactly(self.id(), b.member().id(), c.member().id());
        assertThat(b.bytes()).isEqualTo(CONTENT);
        assertThat(b.commits()).containsExactly(store.attempt());
        assertThat(c.commits()).containsExactly(store.attempt());
        assertThat(b.aborts()).isEmpty();
        assertThat(coordinator.open()).isEmpty();
    }

    @Test
    void oneNoAbortsTheTransactionOnAllMembers() {
        c.refuse(Failure.of(ErrorCode.INSUFFICIENT_SPACE, "no room"));
        Store store = store();
        time.runFor(LONG);

        Failure failure = store.failed();
        assertThat(failure.code()).isEqualTo(ErrorCode.INSUFFICIENT_SPACE);
        assertThat(failure.server()).as("the culprit").contains(c.member().id());
        assertThat(failure.transaction()).contains(store.id);
        assertThat(b.aborts()).contains(store.attempt());
        assertNobodyWasToldToCommit();
        assertThat(coordinator.open()).isEmpty();
        assertThat(inquire(store)).isEqualTo(InquiryAnswer.ABORT);
    }

    @Test
    void aVoteThatIsMissingAmongThoseThatComeIsNoYes() {
        c.loseVote();
        Store store = store();
        time.runFor(LONG);

        assertThat(store.failed().transaction()).contains(store.id);
        assertThat(b.aborts()).contains(store.attempt());
        assertThat(c.aborts()).contains(store.attempt());
        assertNobodyWasToldToCommit();
        assertThat(coordinator.open()).isEmpty();
    }

    @Test
    void aVoteThatDoesNotComeAbortsTheTransactionByItsDeadline() {
        c.fallSilent();
        Store store = store();
        time.runFor(TIMEOUT);

        assertThat(store.failed().code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(b.aborts()).contains(store.attempt());
        time.runFor(LONG);
        assertNobodyWasToldToCommit();
    }

    @Test
    void aClientThatGivesUpBeforeTheEndAbortsTheTransaction() {
        Store store = begin(null);
        store.writer.write(CheckedBlock.of(ByteBuffer.wrap(CONTENT)));
        store.writer.cancel(Failure.of(ErrorCode.CANCELLED, "the client is gone"));
        time.runFor(LONG);

        assertThat(store.failed().code()).isEqualTo(ErrorCode.CANCELLED);
        assertNobodyWasToldToCommit();
        assertThat(coordinator.open()).isEmpty();
    }

    @Test
    void aClientThatGivesUpAfterACommitChangesNothing() {
        Store store = store();
        time.runFor(LONG);
        store.writer.cancel(Failure.of(ErrorCode.CANCELLED, "the client changed its mind"));
        time.runFor(LONG);

        store.committed();
        assertThat(b.aborts()).isEmpty();
        assertThat(inquire(store)).isEqualTo(InquiryAnswer.COMMIT);
    }

    @Test
    void aVersionThatIsNotTheExpectedOneIsRefusedWithoutAskingAnybody() {
        Store store = begin(new ChunkVersion(7));
        time.runFor(LONG);

        assertThat(store.failed().code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
        assertThat(b.prepared()).isEmpty();
    }

    @Test
    void eachStoreCreatesTheNextVersion() {
        Store first = store();
        time.runFor(LONG);
        Store second = store();
        time.runFor(LONG);

        assertThat(second.committed().version())
                .isEqualTo(first.committed().version().next());
        assertThat(second.attempt()).as("attempt numbers").isNotEqualTo(first.attempt());
    }

    // Durability of the decision

    @Test
    void noMemberHearsOfADecisionThatACrashWouldUndo() throws IOException {
        b.onNextCommit(this::crash);
        Store store = store();
        time.runFor(LONG);
        assertThat(b.commits()).isNotEmpty();

        restart();
        assertThat(inquire(store)).isEqualTo(InquiryAnswer.COMMIT);
    }

    @Test
    void noClientHearsOfADecisionThatACrashWouldUndo() throws IOException {
        Store store = begin(null);
        store.writer.receipt().thenRun(this::crash);
        store.send();
        time.runFor(LONG);
        store.committed();

        restart();
        assertThat(inquire(store)).isEqualTo(InquiryAnswer.COMMIT);
    }

    @Test
    void aDecisionIsDeliveredAfterACrash() throws IOException {
        b.onNextCommit(this::crash);
        Store store = store();
        time.runFor(LONG);

        restart();
        time.runFor(LONG);
        assertThat(c.commits()).as("what c was told to commit").contains(store.attempt());
        assertThat(c.aborts()).isEmpty();
        assertThat(coordinator.open()).isEmpty();
    }

    @Test
    void aCrashBeforeTheDecisionIsAnAbort() throws IOException {
        c.fallSilent();
        Store store = store();
        time.runFor(Duration.ofSeconds(1));
        crash();

        restart();
        time.runFor(LONG);
        assertThat(inquire(store)).isEqualTo(InquiryAnswer.ABORT);
        assertNobodyWasToldToCommit();
    }

    @Test
    void attemptNumbersAreNotUsedAgainAfterACrash() throws IOException {
        Store before = store();
        time.runFor(LONG);
        crash();
        restart();
        Store after = store();
        time.runFor(LONG);

        assertThat(after.attempt()).isNotEqualTo(before.attempt());
    }

    // Answering those in doubt

    @Test
    void whileItIsNotDecidedTheAnswerIsPending() {
        c.fallSilent();
        Store store = store();
        time.runFor(Duration.ofSeconds(1));

        assertThat(inquire(store)).isEqualTo(InquiryAnswer.PENDING);
    }

    @Test
    void whatNobodyHeardOfIsAborted() {
        assertThat(coordinator.answer(newTransaction(), new Attempt(1, 1), logId()))
                .isEqualTo(InquiryAnswer.ABORT);
    }

    @Test
    void anAttemptOtherThanTheCommittedOneIsAborted() {
        Store store = store();
        time.runFor(LONG);
        Attempt earlier = new Attempt(store.attempt().boot() + 1000, 1);

        assertThat(coordinator.answer(store.id, earlier, logId())).isEqualTo(InquiryAnswer.ABORT);
    }

    @Test
    void whoHasLostTheLogOfTheDecisionDoesNotPresumeAnAbort() {
        assertThat(coordinator.answer(newTransaction(), new Attempt(1, 1), new UUID(0xdead, 0xdead)))
                .isEqualTo(InquiryAnswer.DONT_KNOW);
    }

    // Delivering

    @Test
    void aCommitIsSentUntilItIsConfirmed() {
        c.missMessages(4);
        Store store = store();
        time.runFor(LONG);

        assertThat(c.commits()).contains(store.attempt());
        assertThat(coordinator.open()).isEmpty();
        store.committed();
    }

    @Test
    void aMemberThatDoesNotConfirmDoesNotHoldUpTheClientForever() {
        c.missMessages(Integer.MAX_VALUE);
        Store store = store();
        time.runFor(TIMEOUT);

        assertThat(store.committed().applied())
                .containsExactly(self.id(), b.member().id());
        assertThat(coordinator.open()).as("the transaction goes on").hasSize(1);
    }

    @Test
    void aMemberThatHasLostItsPromiseIsNotCountedAndNotAskedForEver() {
        c.replyToCommits(CommitReply.NOT_PREPARED);
        Store store = store();
        time.runFor(LONG);

        assertThat(store.committed().applied())
                .containsExactly(self.id(), b.member().id());
        assertThat(coordinator.open()).isEmpty();
    }

    // Retries

    @Test
    void aRetryOfACommittedTransactionIsAnsweredAndNotAppliedAgain() {
        Store store = store();
        time.runFor(LONG);
        Store retry = begin(store.id, null);
        time.runFor(LONG);

        assertThat(retry.committed().version()).isEqualTo(store.committed().version());
        assertThat(b.prepared()).as("prepare requests").hasSize(1);
    }

    @Test
    void aRetryIsAnsweredAlsoAfterACrashAndALaterStore() throws IOException {
        Store store = store();
        time.runFor(LONG);
        store();
        time.runFor(LONG);
        crash();
        restart();
        Store retry = begin(store.id, null);
        time.runFor(LONG);

        assertThat(retry.committed().version()).isEqualTo(store.committed().version());
        assertThat(b.prepared()).as("prepare requests").hasSize(2);
    }

    @Test
    void aRetryOfAnAbortedTransactionIsANewAttempt() {
        c.refuse(Failure.of(ErrorCode.BUSY, "not now"));
        Store store = store();
        time.runFor(LONG);
        store.failed();
        Attempt refused = store.attempt();
        FakeReplica recovered = others.add("c", c.member().location());
        Store retry = begin(store.id, null);
        retry.send();
        time.runFor(LONG);

        assertThat(retry.committed().transaction()).isEqualTo(store.id);
        assertThat(recovered.commits()).containsExactly(retry.attempt());
        assertThat(retry.attempt().isNewerThan(refused))
                .as("the attempt is newer")
                .isTrue();
    }

    @Test
    void aSecondTransactionOnTheChunkIsRefusedWhileOneIsOpen() {
        c.fallSilent();
        Store first = store();
        time.runFor(Duration.ofSeconds(1));
        Store second = store();
        time.runFor(Duration.ofSeconds(1));

        Failure failure = second.failed();
        assertThat(failure.code()).isEqualTo(ErrorCode.BUSY);
        assertThat(inquire(first)).isEqualTo(InquiryAnswer.PENDING);
    }

    // The client's side

    private Store store() {
        Store store = begin(null);
        store.send();
        return store;
    }

    private Store begin(@Nullable ChunkVersion expected) {
        return begin(newTransaction(), expected);
    }

    private Store begin(TransactionId id, @Nullable ChunkVersion expected) {
        StoreRequest request =
                new StoreRequest(id, CHUNK, false, CONTENT.length, expected, Attributes.NONE, Durability.SYNC, TIMEOUT);
        return new Store(id, coordinator.begin(request, List.of(self, b.member(), c.member())));
    }

    private TransactionId newTransaction() {
        return new TransactionId("client", life.environment().clock().millis(), sequence++);
    }

    private UUID logId() {
        Store store = store();
        time.runFor(LONG);
        return store.prepared().coordinatorLogId();
    }

    private InquiryAnswer inquire(Store store) {
        return coordinator.answer(store.id, store.attempt(), store.prepared().coordinatorLogId());
    }

    private void assertNobodyWasToldToCommit() {
        assertThat(b.commits()).as("what b was told to commit").isEmpty();
        assertThat(c.commits()).as("what c was told to commit").isEmpty();
    }

    /** A store as its client sees it. */
    private final class Store {

        private final TransactionId id;
        private final ChunkWriter writer;

        Store(TransactionId id, ChunkWriter writer) {
            this.id = id;
            this.writer = writer;
            trace.note("a client begins transaction " + id);
            writer.receipt()
                    .whenComplete((receipt, failure) -> trace.note("the client of transaction " + id + " hears "
                            + (failure == null
                                    ? receipt
                                    : ChunkServerException.from(failure)
                                            .failure()
                                            .describe())));
        }

        void send() {
            CheckedBlock block = CheckedBlock.of(ByteBuffer.wrap(CONTENT));
            writer.write(block);
            writer.finish(CONTENT.length, block.crc32c());
        }

        /** The last prepare request of this transaction that reached b. */
        PrepareRequest prepared() {
            return b.prepared().stream()
                    .filter(request -> request.transaction().equals(id))
                    .reduce((first, second) -> second)
                    .orElseThrow(() -> new AssertionError("b was never asked to prepare transaction " + id));
        }

        Attempt attempt() {
            return prepared().attempt();
        }

        Receipt committed() {
            assertThat(writer.receipt().toCompletableFuture())
                    .as("the receipt of transaction %s", id)
                    .isCompleted();
            return writer.receipt().toCompletableFuture().join();
        }

        Failure failed() {
            assertThat(writer.receipt().toCompletableFuture())
                    .as("the receipt of transaction %s", id)
                    .isCompletedExceptionally();
            try {
                throw new AssertionError(writer.receipt().toCompletableFuture().join() + " is no failure");
            } catch (CompletionException e) {
                return ChunkServerException.from(e).failure();
            }
        }
    }
}
