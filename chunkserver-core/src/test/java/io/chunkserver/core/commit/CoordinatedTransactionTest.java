package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a transaction does on its way at its coordinator, and that it leaves nothing behind. */
class CoordinatedTransactionTest extends CoordinatorOnMemoryDisk {

    private static final Failure CLOSING = Failure.of(ErrorCode.DRAINING, "the server is closed");

    @Test
    void aTransactionThatIsOverLeavesNoTimer() {
        int timers = time.pendingTasks();
        ChunkWriter committed = store();
        time.runFor(QUIET);
        receipt(committed);
        assertThat(time.pendingTasks()).isEqualTo(timers);

        c.refuse(Failure.of(ErrorCode.BUSY, "not now"));
        ChunkWriter aborted = store();
        time.runFor(QUIET);
        assertThat(failure(aborted).code()).isEqualTo(ErrorCode.BUSY);
        assertThat(time.pendingTasks()).isEqualTo(timers);
    }

    /** Who hears of an abort may try again at once, under the same id, and must not be told that the first try is not over. */
    @Test
    void aTransactionIsOverBeforeItsClientHearsSo() {
        List<Integer> openWhenTold = new ArrayList<>();
        c.refuse(Failure.of(ErrorCode.BUSY, "not now"));
        ChunkWriter aborted = store();
        aborted.receipt()
                .whenComplete((receipt, failure) ->
                        openWhenTold.add(coordinator.open().size()));
        time.runFor(QUIET);
        assertThat(failure(aborted).code()).isEqualTo(ErrorCode.BUSY);
        c.recover();
        ChunkWriter committed = store();
        committed
                .receipt()
                .whenComplete((receipt, failure) ->
                        openWhenTold.add(coordinator.open().size()));
        time.runFor(LONG);
        receipt(committed);

        assertThat(openWhenTold).as("open transactions at each answer").containsExactly(0, 0);
    }

    /** The buffer is the client's again, whatever became of the store. */
    @Test
    void aWriteCompletesBeforeAndAfterTheOutcome() {
        ChunkWriter writer = begin(request(CHUNK, null));
        CompletableFuture<Void> before =
                writer.write(CheckedBlock.of(ByteBuffer.allocate(1))).toCompletableFuture();
        time.runFor(QUIET);
        assertThat(before).isCompleted();
        writer.cancel(Failure.of(ErrorCode.CANCELLED, "the client changed its mind"));

        assertThat(writer.write(CheckedBlock.of(ByteBuffer.allocate(1))).toCompletableFuture())
                .isCompleted();
    }

    @Test
    void whoeverStillTakesBytesIsToldToStopWhenTheTransactionIsAborted() {
        c.fallSilent();
        ChunkWriter writer = begin(request(CHUNK, null));
        time.runFor(QUIET);
        writer.cancel(Failure.of(ErrorCode.CANCELLED, "the client is gone"));
        time.runFor(QUIET);

        assertThat(b.cancellations()).isPositive();
        assertThat(storage.space().snapshot().reservedBytes()).isZero();
    }

    /** This server has voted and waits for the others: only the way to them can tell them that it is over. */
    @Test
    void aTransactionWhoseVotesNeverComeIsGivenUpOnTheWayToTheMembersToo() {
        int timers = time.pendingTasks();
        c.fallSilent();
        ChunkWriter writer = store();
        time.runFor(TIMEOUT.plus(QUIET));

        assertThat(failure(writer).code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(b.cancellations()).isPositive();
        time.runFor(LONG);
        assertThat(time.pendingTasks())
                .as("timers, that of the watch over the next member among them")
                .isEqualTo(timers);
    }

    /** It is not decided later than a master counts on, though the process finds the votes before it comes to its timers. */
    @Test
    void aTransactionWhoseProcessStoodStillForTooLongIsAbortedWhateverTheVotes() {
        votesHeld = new CompletableFuture<>();
        ChunkWriter writer = store();
        time.runFor(QUIET);
        assertThat(b.yesVotes()).hasSize(1);
        time.standStill(TIMEOUT);
        votesHeld.complete(null);
        time.runFor(QUIET);

        assertThat(failure(writer).code()).isEqualTo(ErrorCode.TIMEOUT);
        time.runFor(LONG);
        assertThat(b.commits()).isEmpty();
        assertThat(b.aborts()).isNotEmpty();
        assertThat(storage.space().snapshot().usedBytes()).isZero();
    }

    @Test
    void itIsShownWithThoseThatItWaitsFor() {
        c.missMessages(Integer.MAX_VALUE);
        StoreRequest request = request(CHUNK, null);
        ChunkWriter writer = begin(request);
        assertThat(coordinator.lastChain()).containsExactly(self, b.member(), c.member());
        assertThat(coordinator.find(request.transaction())).hasValueSatisfying(open -> {
            assertThat(open.state()).isEqualTo(TransactionState.PREPARING);
            assertThat(open.waitingFor()).isEmpty();
        });
        send(writer);
        time.runFor(QUIET);

        assertThat(coordinator.find(request.transaction())).hasValueSatisfying(open -> {
            assertThat(open.state()).isEqualTo(TransactionState.COMMITTING);
            assertThat(open.waitingFor()).containsExactly(c.member().id());
            assertThat(open.coordinator()).contains(self.id());
        });
        c.recover();
        time.runFor(LONG);
        assertThat(coordinator.find(request.transaction())).isEmpty();
    }

    @Test
    void whoHasConfirmedIsNotToldAgain() {
        c.missMessages(3);
        store();
        time.runFor(LONG);

        assertThat(b.commits()).hasSize(1);
        assertThat(c.commits()).hasSize(1);
    }

    @Test
    void aDecisionThatAllHaveConfirmedIsNotDeliveredAgainByTheNextStart() throws IOException {
        store();
        time.runFor(QUIET);
        assertThat(storage.log().table().undelivered()).isEmpty();

        crashAndRestart();
        time.runFor(LONG);
        assertThat(c.commits()).hasSize(1);
        assertThat(coordinator.open()).isEmpty();
    }

    /** Whoever replaces what is there cannot be in conflict with it; whoever expects a version can. */
    @Test
    void aStoreThatLostARaceHearsSoUnlessItExpectedAVersion() {
        List<ChunkWriter> late = new ArrayList<>();
        b.onNextCommit(() -> late.add(store()));
        store();
        time.runFor(QUIET);
        assertThat(failure(late.get(0)).code()).isEqualTo(ErrorCode.BUSY);
        assertThat(failure(late.get(0)).server()).contains(self.id());

        b.onNextCommit(() -> late.add(begin(request(CHUNK, new ChunkVersion(1)))));
        store();
        time.runFor(QUIET);
        assertThat(failure(late.get(1)).code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
    }

    @Test
    void aDecisionThatMayBeOnTheDiskIsUnknownUntilARestart() throws IOException {
        ChunkWriter writer = begin(request(CHUNK, null));
        time.runFor(QUIET);
        script = operation -> operation.kind() == Kind.FORCE && operation.path().startsWith(DataDirectory.LOG)
                ? DiskFault.IO_ERROR
                : DiskFault.NONE;
        send(writer);
        time.runFor(QUIET);

        Failure why = failure(writer);
        assertThat(why.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(why.hint()).startsWith("after a restart of the server");
        assertThat(why.server()).contains(self.id());
        assertThat(admission.closed().orElseThrow().code()).isEqualTo(ErrorCode.DISK_FAILED);
        assertThat(coordinator.open())
                .singleElement()
                .satisfies(open -> assertThat(open.state()).isEqualTo(TransactionState.PREPARED));
        assertThat(b.commits()).isEmpty();
        assertThat(b.aborts()).isEmpty();
    }

    @Test
    void aDecisionThatTheLogRefusedIsAnAbort() throws IOException {
        ChunkWriter writer = begin(request(CHUNK, null));
        time.runFor(QUIET);
        storage.log().close();
        send(writer);
        time.runFor(QUIET);

        assertThat(failure(writer).code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(b.aborts()).hasSize(1);
        assertThat(b.commits()).isEmpty();
        assertThat(admission.closed()).isEmpty();
        assertThat(coordinator.open()).isEmpty();
    }

    @Test
    void aServerThatClosesAnswersThoseWhoseTransactionIsNotDecided() {
        ChunkWriter writer = begin(request(CHUNK, null));
        time.runFor(QUIET);
        coordinator.close(CLOSING);

        assertThat(failure(writer).code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(coordinator.open()).isEmpty();
    }

    @Test
    void aServerThatClosesWhileTheDecisionIsBeingForcedSaysThatItIsUnknown() {

        ChunkWriter writer = begin(request(CHUNK, null));
        time.runFor(QUIET);
        script = operation -> {
            if (operation.kind() == Kind.FORCE && operation.path().startsWith(DataDirectory.LOG)) {
                coordinator.close(CLOSING);
            }
            return DiskFault.NONE;
        };
        send(writer);
        time.runFor(QUIET);

        Failure why = failure(writer);
        assertThat(why.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(why.hint()).startsWith("ask for transaction");
        assertThat(b.commits()).as("the decision is delivered all the same").hasSize(1);
    }

    @Test
    void aServerThatClosesTellsOfACommitWithThoseWhoHaveConfirmedIt() {
        c.missMessages(Integer.MAX_VALUE);
        ChunkWriter writer = store();
        time.runFor(QUIET);
        assertThat(writer.receipt().toCompletableFuture()).isNotDone();
        coordinator.close(CLOSING);

        assertThat(receipt(writer).applied())
                .containsExactly(self.id(), b.member().id());
    }
}
