package io.chunkserver.core;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Ends the taking of new chunks: for as long as an operator wants it, over restarts; and for good, when the server goes down.
 *
 * <p>Thread-safe. Operators wait for each other, and for the disk, one at a time. Whoever has the server go down waits for neither: a disk
 * may hang.
 */
final class Drain {

    /** How often a server that goes down looks whether everything in flight is over. */
    private static final Duration STEP = Duration.ofMillis(20);

    private final ServerId self;
    private final Volumes volumes;
    private final ScheduledExecutorService timers;
    private final Supplier<List<TransactionSummary>> transactions;
    private final Failure byOperator;

    /** Held while marks are made or removed in the data directories; taken before {@link #closing}. */
    private final Object marking = new Object();

    /** Held for what is done in memory alone. */
    private final Object closing = new Object();

    @GuardedBy("closing")
    private boolean goingDown;

    /** Drains from the beginning when an operator had begun to before the server was started. */
    Drain(
            ServerId self,
            Volumes volumes,
            ScheduledExecutorService timers,
            Supplier<List<TransactionSummary>> transactions) {
        this.self = self;
        this.volumes = volumes;
        this.timers = timers;
        this.transactions = transactions;
        this.byOperator = Failure.of(ErrorCode.DRAINING, "the server is drained by its operator")
                .withHint("store on another server, or have it take chunks again with: resume")
                .at(self);
        if (isDrained()) {
            close(byOperator);
        }
    }

    private boolean isDrained() {
        return volumes.all().stream().anyMatch(volume -> volume.directory().isDraining());
    }

    /** Has a volume be one of the server's, and drained as the others are. Durable on return; no lock is held meanwhile. */
    void join(Volume joining) throws IOException {
        while (!joined(joining)) {
            joining.directory().recordDraining(!joining.directory().isDraining());
        }
    }

    private boolean joined(Volume joining) {
        synchronized (marking) {
            if (isDrained() != joining.directory().isDraining()) {
                return false;
            }
            if (isDrained()) {
                joining.parts().admission().close(byOperator);
            }
            synchronized (closing) {
                if (goingDown) {
                    joining.parts().admission().close(goingDown());
                }
                volumes.add(joining);
            }
            return true;
        }
    }

    private void close(Failure why) {
        volumes.all().forEach(volume -> volume.parts().admission().close(why));
    }

    /** One mark is enough, but any of the disks may be the one that is lost. One that has failed is asked nothing any more. */
    private void mark(boolean wanted) throws IOException {
        List<Volume> all = volumes.all();
        for (Volume volume : all) {
            if (all.size() == 1 || volume.failed().isEmpty()) {
                volume.directory().recordDraining(wanted);
            }
        }
    }

    /**
     * Takes no new chunks until {@link #resume}, over restarts. Durable on return; nothing is taken while the disks are waited for. When it
     * cannot be remembered by any disk it was not begun.
     */
    void begin() throws IOException {
        synchronized (marking) {
            close(byOperator);
            try {
                mark(true);
            } catch (IOException e) {
                if (!isDrained()) {
                    reopen();
                }
                throw e;
            }
        }
    }

    /** Whether chunks are taken again as far as the operator goes: not when the server goes down. */
    private boolean reopen() {
        synchronized (closing) {
            if (!goingDown) {
                volumes.all().forEach(volume -> volume.parts().admission().reopen(byOperator));
            }
            return !goingDown;
        }
    }

    /**
     * Takes chunks again, unless there is another reason not to. Durable on return.
     *
     * @throws ChunkServerException with {@code DRAINING} when the server is going down; the next start takes chunks then
     */
    void resume() throws IOException {
        synchronized (marking) {
            mark(false);
            if (!reopen()) {
                throw goingDown().toException();
            }
        }
    }

    private Failure goingDown() {
        return Failure.of(ErrorCode.DRAINING, "the server is going down")
                .withHint("store on another server")
                .at(self);
    }

    /**
     * Takes nothing new any more. Does not wait for the disk.
     *
     * @return whether all that was in flight has ended in this time
     */
    CompletionStage<Boolean> goDown(Duration timeout) {
        synchronized (closing) {
            goingDown = true;
            close(goingDown());
        }
        CompletableFuture<Boolean> drained = new CompletableFuture<>();
        step(drained, timeout);
        return drained;
    }

    private void step(CompletableFuture<Boolean> drained, Duration left) {
        boolean idle = transactions.get().stream().noneMatch(summary -> summary.state() == TransactionState.PREPARING);
        if (idle || left.isNegative() || left.isZero()) {
            drained.complete(idle);
        } else {
            var unused = timers.schedule(() -> step(drained, left.minus(STEP)), STEP.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
