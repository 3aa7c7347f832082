package io.chunkserver.core.testkit;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.replication.CopySink;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A copy on its way over a simulated network, as the sink that its source sees: each call arrives after a moment, or breaks the copy
 * when it is lost. A connection that nothing comes over any more is given up by the one who waits. Not thread-safe.
 */
final class SimulatedCopy implements CopySink {

    /** What a copy goes over. */
    interface Way {

        /** Brings something to the receiver after a moment, unless it is lost or the receiver is gone. */
        void carry(Runnable arrival, Runnable loss);

        /** Whether the receiver still runs. */
        boolean receiverLives();

        /** Runs a step when the patience of both ends is over. */
        void later(Runnable step);
    }

    private final Way way;
    private final CopySink target;
    private final Failure cut;
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();
    private @Nullable CompletableFuture<Void> taking;
    private boolean arrived;

    /**
     * @param cut what both ends are told when the way breaks
     */
    SimulatedCopy(Way way, CopySink target, Failure cut) {
        this.way = way;
        this.target = target;
        this.cut = cut;
        watch();
    }

    /** What becomes of it, as the receiver sees it. */
    CompletionStage<Void> outcome() {
        return outcome;
    }

    /** The source ends by this stage. */
    void from(CompletionStage<Void> source) {
        source.whenComplete((done, thrown) -> way.carry(
                () -> {
                    if (thrown == null) {
                        outcome.complete(null);
                    } else {
                        outcome.completeExceptionally(thrown);
                    }
                },
                this::breakOff));
    }

    @Override
    public CompletionStage<Void> begin(ChunkInfo info, Attributes attributes) {
        return carry(() -> target.begin(info, attributes));
    }

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        return carry(() -> target.write(block));
    }

    private CompletionStage<Void> carry(Supplier<CompletionStage<Void>> call) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        taking = taken;
        way.carry(
                () -> {
                    if (outcome.isDone()) {
                        breakOff();
                        return;
                    }
                    arrived = true;
                    call.get().whenComplete((done, thrown) -> {
                        if (thrown == null) {
                            taken.complete(null);
                        } else {
                            taken.completeExceptionally(thrown);
                            outcome.completeExceptionally(thrown);
                        }
                    });
                },
                this::breakOff);
        return taken;
    }

    private void breakOff() {
        if (way.receiverLives()) {
            outcome.completeExceptionally(cut.toException());
        }
        if (taking != null) {
            taking.completeExceptionally(cut.toException());
        }
    }

    /** As long as the receiver has something in hand, it does not wait for the source. */
    private void watch() {
        way.later(() -> {
            boolean inHand = taking != null && !taking.isDone();
            if (outcome.isDone() && !inHand) {
                return;
            }
            if (!way.receiverLives() || (!inHand && !arrived)) {
                breakOff();
                return;
            }
            arrived = false;
            watch();
        });
    }
}
