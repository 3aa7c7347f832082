package io.chunkserver.core.master;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.Master;
import io.chunkserver.core.membership.OpenTransaction;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The reference master. All of its state is in memory and may be lost at any time.
 *
 * <p>It has no threads: whoever owns it calls {@link #tick()} once per heartbeat interval, with a fixed delay and never in a burst to
 * make up for a pause, and {@link #runOnce()} several times a second, again at once while it returns true.
 *
 * <p><b>Several masters.</b> It leads from its start, as one does that is alone or that others do not know of. Where masters are elected,
 * call {@link #standBy} at the start and {@link #lead} when it was elected. One that stands by hears servers as the others do and
 * answers what it knows, but gives no orders and places no chunks, so that it can take over at once.
 *
 * <p><b>Threads.</b> Safe for many threads. One lock guards everything and is held for one bounded step at a time: a heartbeat, a slice
 * of a report, of a list, of the walk over all chunks. All stages are complete when they are returned.
 */
public final class ClusterMaster implements Master {

    /** The most chunks in a page of {@link #list}. */
    public static final int MAX_PAGE = 1_000;

    /** Chunks of a report that are taken in one step. */
    private static final int REPORT_SLICE = 100;

    /** Fair, so that a heartbeat waits for the steps before it and not for all steps of a long report. */
    private final ReentrantLock lock = new ReentrantLock(true);

    @GuardedBy("lock")
    private final ClusterState state;

    /**
     * A master that knows nothing yet.
     *
     * @param name   what it calls itself in {@link #status()}
     * @param metric how far servers are apart
     * @param random what it chooses candidates with; used under the lock alone
     */
    public ClusterMaster(String name, MasterConfig config, DistanceMetric metric, RandomGenerator random) {
        state = new ClusterState(name, config, metric, random);
    }

    /** One step under the lock that answers something. */
    private interface Step<T> {
        T run(ClusterState state) throws ChunkServerException;
    }

    /** One step under the lock that only takes something. */
    private interface Change {
        void run(ClusterState state) throws ChunkServerException;
    }

    private <T> T ask(Step<T> step) throws ChunkServerException {
        lock.lock();
        try {
            return step.run(state);
        } finally {
            lock.unlock();
        }
    }

    private void tell(Change change) throws ChunkServerException {
        lock.lock();
        try {
            change.run(state);
        } finally {
            lock.unlock();
        }
    }

    private <T> CompletionStage<T> answer(Step<T> step) {
        try {
            return CompletableFuture.completedFuture(ask(step));
        } catch (ChunkServerException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<Void> register(Registration registration) {
        try {
            tell(state -> state.register(registration));
            return CompletableFuture.completedFuture(null);
        } catch (ChunkServerException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<HeartbeatReply> heartbeat(Heartbeat heartbeat) {
        return answer(state -> state.heartbeat(heartbeat));
    }

    @Override
    public CompletionStage<Void> report(ChunkReport report) {
        try {
            tell(state -> state.beginReport(report));
            // One step for each slice, so that heartbeats come in between.
            for (int from = 0; from < report.present().size(); from += REPORT_SLICE) {
                List<ChunkInfo> present = slice(report.present(), from);
                tell(state -> state.takePresent(report, present));
            }
            for (int from = 0; from < report.absent().size(); from += REPORT_SLICE) {
                List<ChunkId> absent = slice(report.absent(), from);
                tell(state -> state.takeAbsent(report, absent));
            }
            for (int from = 0; from < report.open().size(); from += REPORT_SLICE) {
                List<OpenTransaction> open = slice(report.open(), from);
                tell(state -> state.takeOpen(report, open));
            }
            tell(state -> state.endReport(report));
            return CompletableFuture.completedFuture(null);
        } catch (ChunkServerException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static <T> List<T> slice(List<T> entries, int from) {
        return entries.subList(from, Math.min(from + REPORT_SLICE, entries.size()));
    }

    @Override
    public CompletionStage<ChunkCopies> place(PlacementRequest request) {
        return answer(state -> state.place(request));
    }

    @Override
    public CompletionStage<ChunkCopies> locate(ChunkId chunk, @Nullable Location near) {
        return answer(state -> state.locate(chunk, near));
    }

    /** {@inheritDoc} A page has at most {@value #MAX_PAGE} chunks. */
    @Override
    public CompletionStage<List<ListedChunk>> list(String pathPrefix, @Nullable ChunkId after, int limit) {
        try {
            if (limit < 1) {
                throw Failure.of(ErrorCode.INVALID_ARGUMENT, "a page of " + limit + " chunks cannot be")
                        .toException();
            }
            List<ListedChunk> page = new ArrayList<>();
            int most = Math.min(limit, MAX_PAGE);
            Optional<ChunkId> last = ask(state -> state.list(page, pathPrefix, after, most));
            while (last.isPresent()) {
                ChunkId from = last.get();
                last = ask(state -> state.list(page, pathPrefix, from, most));
            }
            return CompletableFuture.completedFuture(page);
        } catch (ChunkServerException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** {@inheritDoc} Looks at all chunks, one bounded step after the other. */
    @Override
    public CompletionStage<Long> needed(ServerId server) {
        try {
            NeededCount count = ask(state -> state.countNeeded(server));
            while (ask(state -> state.goOnCounting(count))) {
                // One step for each slice, so that heartbeats come in between.
            }
            return CompletableFuture.completedFuture(count.chunks());
        } catch (ChunkServerException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<ClusterStatus> status() {
        return answer(ClusterState::status);
    }

    /**
     * This master was elected: it gives orders and places chunks from now on.
     *
     * @param epoch greater than that of each leader before it
     */
    public void lead(long epoch) {
        lead(epoch, () -> true);
    }

    /**
     * The same for a leadership that ends by itself.
     *
     * @param confirmed asked before each order and each placement, and answers at once; false while another master may have been elected:
     *                  this one then does as one that stands by
     */
    public void lead(long epoch, BooleanSupplier confirmed) {
        if (epoch < 1) {
            throw new IllegalArgumentException("epoch " + epoch + " of an elected master is below 1");
        }
        change(state -> state.lead(epoch, confirmed));
    }

    /** Another master is to lead: this one gives no orders from now on, and forgets those it has given. Idempotent. */
    public void standBy() {
        change(ClusterState::standBy);
    }

    private void change(Consumer<ClusterState> step) {
        lock.lock();
        try {
            step.accept(state);
        } finally {
            lock.unlock();
        }
    }

    /** One heartbeat interval has passed. */
    public void tick() {
        change(ClusterState::tick);
    }

    /**
     * Does one bounded step of what is to be done: looks at some chunks again, or plans orders for some that need attention.
     *
     * @return true when the next step may as well be done at once; false when it is better to wait a moment
     */
    public boolean runOnce() {
        lock.lock();
        try {
            return state.runOnce();
        } finally {
            lock.unlock();
        }
    }
}
