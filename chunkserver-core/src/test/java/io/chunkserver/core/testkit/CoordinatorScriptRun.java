package io.chunkserver.core.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.CoordinatorScript.Begin;
import io.chunkserver.core.testkit.CoordinatorScript.Behave;
import io.chunkserver.core.testkit.CoordinatorScript.Cancel;
import io.chunkserver.core.testkit.CoordinatorScript.Crash;
import io.chunkserver.core.testkit.CoordinatorScript.CrashAtNextCommit;
import io.chunkserver.core.testkit.CoordinatorScript.Finish;
import io.chunkserver.core.testkit.CoordinatorScript.Other;
import io.chunkserver.core.testkit.CoordinatorScript.Pass;
import io.chunkserver.core.testkit.CoordinatorScript.Retry;
import io.chunkserver.core.testkit.CoordinatorScript.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Performs a {@link CoordinatorScript} once. Not thread-safe. */
final class CoordinatorScriptRun {

    private static final byte[] CONTENT = "what the client stores".getBytes(UTF_8);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** Far beyond every wait for a deadline, a confirmation or a first few repetitions. */
    private static final Duration LONG = Duration.ofMinutes(5);

    /** The script decides what happens; chance only orders tasks within a millisecond. */
    private static final long SEED = 42;

    private final CallTrace trace = new CallTrace();
    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(SEED));
    private final MemoryDisk disk = new MemoryDisk();
    private final FakeReplicas others = new FakeReplicas(trace);
    private final Member self = new Member(new ServerId("a"), "a", Location.ORIGIN);
    private final FakeReplica b = others.add("b", new Location(1, 0));
    private final FakeReplica c = others.add("c", new Location(2, 0));
    private final CoordinatorLedger ledger = new CoordinatorLedger(b, c);
    private final List<Store> stores = new ArrayList<>();
    private final CoordinatorScript.Opening opening;
    private SimulatedTime.Life life = time.life(Duration.ofMillis(1));
    private TwoPhaseCoordinator coordinator;

    CoordinatorScriptRun(CoordinatorScript.Opening opening) throws IOException {
        this.opening = opening;
        this.coordinator = open();
    }

    private TwoPhaseCoordinator open() throws IOException {
        return opening.open(self, disk, others, life.environment());
    }

    /** Takes the step and whatever follows from it at once; an error when a promise is broken then. */
    void perform(Step step) throws IOException {
        restartIfCrashed();
        if (step instanceof Begin begin) {
            TransactionId id =
                    new TransactionId("client", life.environment().clock().millis(), stores.size());
            begin(id, new ChunkId("script/file-" + begin.chunk(), 0));
        } else if (step instanceof Finish finish) {
            chosen(finish.store()).ifPresent(Store::finish);
        } else if (step instanceof Cancel cancel) {
            chosen(cancel.store()).ifPresent(Store::cancel);
        } else if (step instanceof Retry retry) {
            chosen(retry.store())
                    .ifPresent(store -> begin(store.id, store.chunk).finish());
        } else if (step instanceof Behave behave) {
            behave(other(behave.member()), behave);
        } else if (step instanceof Pass pass) {
            time.runFor(pass.time());
        } else if (step instanceof Crash) {
            crash();
        } else if (step instanceof CrashAtNextCommit at) {
            other(at.member()).onNextCommit(this::crash);
        }
        check();
    }

    /** Lets everybody be well and time pass, until nothing is left to do; an error when something is. */
    void calmDown() throws IOException {
        b.onNextCommit(() -> {});
        c.onNextCommit(() -> {});
        b.recover();
        c.recover();
        restartIfCrashed();
        stores.forEach(Store::finish);
        time.runFor(LONG);
        check();
        assertThat(coordinator.open())
                .as("transactions that stay open although nothing fails any more")
                .isEmpty();
        assertThat(stores.stream().filter(store -> store.life == life && !store.answered()))
                .as("clients that never hear of their transactions")
                .isEmpty();
        ledger.checkWhenAllIsOver(coordinator);
        retryWhatIsCommitted();
    }

    private void retryWhatIsCommitted() {
        for (PrepareRequest committed : ledger.committed(coordinator)) {
            int before = b.prepared().size();
            Store retry = begin(committed.transaction(), committed.chunk());
            time.runFor(LONG);
            assertThat(retry.receipt())
                    .as("the answer to a retry of committed transaction %s", committed.transaction())
                    .isNotNull()
                    .extracting(Receipt::version)
                    .isEqualTo(committed.version());
            assertThat(b.prepared())
                    .as("prepare requests after a retry of committed transaction %s", committed.transaction())
                    .hasSize(before);
        }
    }

    private void check() {
        for (Store store : stores) {
            Receipt receipt = store.receipt();
            if (receipt != null) {
                ledger.checkReceipt(receipt);
            }
        }
        ledger.checkWhatMembersHeard();
        if (!life.hasEnded()) {
            ledger.checkAnswers(coordinator);
        }
    }

    private void crash() {
        life.end();
        disk.crash();
    }

    private void restartIfCrashed() throws IOException {
        while (life.hasEnded()) {
            life = time.life(Duration.ofMillis(1));
            try {
                coordinator = open();
            } catch (RejectedExecutionException killed) {
                // The commit at which power is to be lost may be one that the coordinator sends while it starts.
                if (!life.hasEnded()) {
                    throw killed;
                }
            }
        }
    }

    private static void behave(FakeReplica member, Behave behave) {
        member.recover();
        switch (behave.behaviour()) {
            case WELL -> {}
            case VOTES_NO -> member.refuse(Failure.of(ErrorCode.INSUFFICIENT_SPACE, "no room"));
            case NEVER_VOTES -> member.fallSilent();
            case ITS_VOTE_IS_LOST -> member.loseVote();
            case HEARS_NO_MESSAGES -> member.missMessages(Integer.MAX_VALUE);
            case HAS_LOST_ITS_PROMISES -> member.replyToCommits(CommitReply.NOT_PREPARED);
        }
    }

    private FakeReplica other(Other other) {
        return switch (other) {
            case B -> b;
            case C -> c;
        };
    }

    private Optional<Store> chosen(int which) {
        return stores.isEmpty() ? Optional.empty() : Optional.of(stores.get(which % stores.size()));
    }

    private Store begin(TransactionId id, ChunkId chunk) {
        StoreRequest request =
                new StoreRequest(id, chunk, false, CONTENT.length, null, Attributes.NONE, Durability.SYNC, TIMEOUT);
        Store store = new Store(id, chunk, coordinator.begin(request, List.of(self, b.member(), c.member())), life);
        stores.add(store);
        return store;
    }

    /** A store as its client sees it; a client does nothing any more once its server has crashed. */
    private static final class Store {

        private final TransactionId id;
        private final ChunkId chunk;
        private final ChunkWriter writer;
        private final SimulatedTime.Life life;
        private boolean finished;

        Store(TransactionId id, ChunkId chunk, ChunkWriter writer, SimulatedTime.Life life) {
            this.id = id;
            this.chunk = chunk;
            this.writer = writer;
            this.life = life;
        }

        void finish() {
            if (!finished && !life.hasEnded()) {
                finished = true;
                CheckedBlock block = CheckedBlock.of(ByteBuffer.wrap(CONTENT));
                writer.write(block);
                writer.finish(CONTENT.length, block.crc32c());
            }
        }

        void cancel() {
            if (!life.hasEnded()) {
                writer.cancel(Failure.of(ErrorCode.CANCELLED, "the client gave up"));
                // Who gave up before the end sends nothing more.
                finished = true;
            }
        }

        boolean answered() {
            return writer.receipt().toCompletableFuture().isDone();
        }

        @Nullable
        Receipt receipt() {
            CompletableFuture<Receipt> answer = writer.receipt().toCompletableFuture();
            return answer.isDone() && !answer.isCompletedExceptionally() ? answer.join() : null;
        }
    }
}
