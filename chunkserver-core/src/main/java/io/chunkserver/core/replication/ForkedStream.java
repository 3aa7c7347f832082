package io.chunkserver.core.replication;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One hop of a chain: gives each block to this server's participant and to the next member, and joins their votes.
 *
 * <p>Whoever says no first ends the hop: the other side is cancelled, and the votes go up at once, so that the client stops
 * sending. Members that were stopped only because of that vote {@code CANCELLED}.
 *
 * <p>The next member is watched: when it holds blocks and has taken none for the stall timeout it is named as the culprit.
 */
final class ForkedStream implements PrepareStream {

    /** How often a stalled member is looked for, in parts of the stall timeout. */
    private static final int WATCHES_PER_TIMEOUT = 4;

    private final PrepareStream local;
    private final PrepareStream downstream;
    private final ChunkId chunk;
    private final ServerId self;
    private final List<Member> others;
    private final CompletableFuture<List<Vote>> votes = new CompletableFuture<>();

    /** Blocks given to the next member and taken by it; their difference is what it holds. */
    private final AtomicLong given = new AtomicLong();

    private final AtomicLong taken = new AtomicLong();

    ForkedStream(PrepareStream local, PrepareStream downstream, ChunkId chunk, ServerId self, List<Member> others) {
        this.local = local;
        this.downstream = downstream;
        this.chunk = chunk;
        this.self = self;
        this.others = others;
        local.votes().thenAccept(own -> {
            if (own.stream().allMatch(Vote::isYes)) {
                downstream.votes().thenAccept(theirs -> complete(own, theirs));
            } else {
                complete(own, cancelled());
                downstream.cancel(stopped());
            }
        });
        downstream.votes().thenAccept(theirs -> {
            if (!theirs.stream().allMatch(Vote::isYes)) {
                complete(List.of(Vote.no(self, stopped())), theirs);
                local.cancel(stopped());
            }
        });
    }

    /** Looks now and then, until the votes are in, whether the next member still takes blocks; a server without timers refuses. */
    void watch(ScheduledExecutorService timers, Duration stallTimeout) {
        Watch watch = new Watch(stallTimeout);
        long period = Math.max(1, stallTimeout.toNanos() / WATCHES_PER_TIMEOUT);
        try {
            Future<?> timer = timers.scheduleWithFixedDelay(watch, period, period, NANOSECONDS);
            votes().thenRun(() -> timer.cancel(false));
        } catch (RejectedExecutionException closing) {
            refuse(Failure.of(ErrorCode.DRAINING, "the server is closed"));
        }
    }

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        if (votes.isDone()) {
            return CompletableFuture.completedFuture(null);
        }
        if (!block.intact()) {
            refuse(Failure.of(ErrorCode.CHECKSUM_MISMATCH, "a block of chunk " + chunk + " arrived damaged")
                    .withHint("send it again"));
            return CompletableFuture.completedFuture(null);
        }
        given.incrementAndGet();
        CompletionStage<Void> sent = downstream.write(block).thenRun(taken::incrementAndGet);
        return local.write(block).thenCombine(sent, (a, b) -> null);
    }

    @Override
    public void finish(long lengthBytes, int crc32c) {
        downstream.finish(lengthBytes, crc32c);
        local.finish(lengthBytes, crc32c);
    }

    @Override
    public CompletionStage<List<Vote>> votes() {
        return votes;
    }

    @Override
    public void cancel(Failure why) {
        downstream.cancel(why);
        local.cancel(why);
    }

    private void refuse(Failure why) {
        complete(List.of(Vote.no(self, why)), cancelled());
        cancel(stopped());
    }

    private void complete(List<Vote> own, List<Vote> theirs) {
        List<Vote> all = new ArrayList<>(own);
        all.addAll(theirs);
        votes.complete(List.copyOf(all));
    }

    private List<Vote> cancelled() {
        return others.stream().map(member -> Vote.no(member.id(), stopped())).toList();
    }

    private Failure stopped() {
        return Failure.of(ErrorCode.CANCELLED, "stopped because another member of the chain refused");
    }

    private final class Watch implements Runnable {

        private final Duration stallTimeout;
        private long takenBefore;
        private int idleWatches;

        Watch(Duration stallTimeout) {
            this.stallTimeout = stallTimeout;
        }

        @Override
        public void run() {
            long takenNow = taken.get();
            boolean idle = given.get() > takenNow && takenNow == takenBefore;
            takenBefore = takenNow;
            idleWatches = idle ? idleWatches + 1 : 0;
            if (idleWatches >= WATCHES_PER_TIMEOUT) {
                stalled();
            }
        }

        private void stalled() {
            Member next = others.get(0);
            Failure why = Failure.of(
                            ErrorCode.TIMEOUT,
                            "server " + next + " took no byte of chunk " + chunk + " for " + stallTimeout.toMillis()
                                    + " ms")
                    .withHint("try again without it")
                    .at(next.id());
            List<Vote> theirs = new ArrayList<>(cancelled());
            theirs.set(0, Vote.no(next.id(), why));
            complete(List.of(Vote.no(self, stopped())), theirs);
            cancel(stopped());
        }
    }
}
