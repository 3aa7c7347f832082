package io.chunkserver.core.replication;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.commit.AttemptNumbers;
import io.chunkserver.core.commit.ChunkClaim;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.ChunkId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what masters order: copies from other servers and removals, a few at a time.
 *
 * <p>An order is done once and not tried again: what fails is logged and dropped, and its master, which looks at what is reported, gives
 * it again. For one chunk one order at a time is taken, from whichever master.
 *
 * <p>Thread-safe; nothing waits. No lock is held while an order is carried out.
 */
public final class OrderRunner {

    /** Who tells masters what came of their orders. Called on any thread; must not wait. */
    public interface Listener {

        /** An order about this chunk has ended, done or not. */
        void ended(ChunkId chunk);

        /** No order is open any more. */
        void ranOut();
    }

    private static final Logger LOG = LoggerFactory.getLogger(OrderRunner.class);

    private final Function<Order, ChunkClaim> places;
    private final Replicas replicas;
    private final AttemptNumbers attempts;
    private final RemovalIntents intents;
    private final OrderConfig config;
    private final CopyThrottle throttle;
    private final Listener listener;

    @GuardedBy("this")
    private final Queue<Order> waiting = new ArrayDeque<>();

    /** Those that wait and those that are being carried out. */
    @GuardedBy("this")
    private final Set<ChunkId> taken = new HashSet<>();

    @GuardedBy("this")
    private int running;

    @GuardedBy("this")
    private boolean closed;

    /**
     * A runner without orders.
     *
     * @param places   tells where the chunk of an order is or is to be; throws why an order cannot be carried out here
     * @param attempts numbers the copies and removals, out of the sequence of all attempts of this server
     * @param intents  what the server's own answers to keepers look at
     * @param timers   for what waits so as not to copy too fast
     */
    public OrderRunner(
            Function<Order, ChunkClaim> places,
            Replicas replicas,
            AttemptNumbers attempts,
            RemovalIntents intents,
            OrderConfig config,
            ScheduledExecutorService timers,
            Listener listener) {
        this.places = places;
        this.replicas = replicas;
        this.attempts = attempts;
        this.intents = intents;
        this.config = config;
        this.throttle = new CopyThrottle(timers, config.copyBytesPerSecond());
        this.listener = listener;
    }

    /** Takes orders, the most urgent first; those beyond the limit and those for chunks in hand are dropped. */
    public void take(List<Order> orders) {
        synchronized (this) {
            for (Order order : orders) {
                if (!closed && taken.size() < config.maxOpen() && taken.add(order.chunk())) {
                    waiting.add(order);
                }
            }
        }
        startNext();
    }

    /** Orders that are taken and not ended. */
    public synchronized int open() {
        return taken.size();
    }

    /** Begins nothing more; what is under way ends by itself. */
    public synchronized void close() {
        closed = true;
        waiting.forEach(order -> taken.remove(order.chunk()));
        waiting.clear();
    }

    private void startNext() {
        List<Order> begun = new ArrayList<>();
        synchronized (this) {
            while (running < config.maxConcurrent() && !waiting.isEmpty()) {
                running++;
                begun.add(waiting.remove());
            }
        }
        for (Order order : begun) {
            carryOut(order).whenComplete((done, failure) -> ended(order, done, failure));
        }
    }

    private CompletionStage<String> carryOut(Order order) {
        ChunkClaim place;
        try {
            place = places.apply(order);
        } catch (CompletionException e) {
            return CompletableFuture.failedFuture(ChunkServerException.from(e));
        }
        return carryOut(order, place.participant()).whenComplete((done, failure) -> place.close());
    }

    private CompletionStage<String> carryOut(Order order, Participant participant) {
        return order instanceof Order.Copy copy
                ? new OrderedCopy(participant, replicas, attempts, throttle, copy).run()
                : new OrderedRemoval(participant, replicas, attempts, intents, (Order.Remove) order).run();
    }

    private void ended(Order order, @Nullable String done, @Nullable Throwable failure) {
        if (failure == null) {
            LOG.info("{} of chunk {} version {}: {}", kind(order), order.chunk(), order.version(), done);
        } else {
            logFailure(order, failure);
        }
        boolean last;
        synchronized (this) {
            running--;
            taken.remove(order.chunk());
            last = taken.isEmpty() && !closed;
        }
        startNext();
        listener.ended(order.chunk());
        if (last) {
            listener.ranOut();
        }
    }

    private static void logFailure(Order order, Throwable failure) {
        ChunkServerException known = ChunkServerException.from(failure);
        if (known.code() == ErrorCode.INTERNAL) {
            LOG.error("{} of chunk {} version {} failed", kind(order), order.chunk(), order.version(), failure);
        } else {
            LOG.warn(
                    "{} of chunk {} version {} is not done: {}",
                    kind(order),
                    order.chunk(),
                    order.version(),
                    known.failure().describe());
        }
    }

    private static String kind(Order order) {
        return order instanceof Order.Copy ? "copy" : "removal";
    }
}
