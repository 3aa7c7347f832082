package io.chunkserver.core.commit;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * An operator settles one promise of one member.
 *
 * <p>It is refused as long as somebody can tell the outcome: a heuristic outcome that differs from the coordinator's breaks what two-phase
 * commit is for, so it is for promises whose coordinator is gone for good or has lost its log. What is answered in the end is what is so
 * here then, whoever brought it about.
 *
 * <p>Used once. Nothing blocks.
 */
final class HandSettlement {

    private enum Progress {
        ASKING,
        /** From here on the outcome may be recorded. */
        SETTLING,
        /** Given up before anything was done. */
        LATE
    }

    private final Participant participant;
    private final TransactionId transaction;
    private final ChunkId chunk;
    private final boolean commit;
    private final AtomicReference<Progress> progress = new AtomicReference<>(Progress.ASKING);
    private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();

    HandSettlement(Participant participant, TransactionId transaction, ChunkId chunk, boolean commit) {
        this.participant = participant;
        this.transaction = transaction;
        this.chunk = chunk;
        this.commit = commit;
    }

    /** See {@link Participant#settleByHand}. */
    CompletionStage<Boolean> run(Duration timeout) {
        Future<?> deadline = participant.environment().timers().schedule(this::giveUp, timeout.toNanos(), NANOSECONDS);
        onLane(lane -> lane.promise(transaction)
                .ifPresentOrElse(promise -> begin(lane, promise), () -> outcome.complete(false)));
        return outcome.whenComplete((settled, failure) -> deadline.cancel(false));
    }

    private void begin(ChunkLane lane, Prepared prepared) {
        StageKey key = new StageKey(prepared.transaction(), prepared.attempt());
        if (lane.isRecording(key)) {
            settle(lane, key, InquiryAnswer.DONT_KNOW);
        } else {
            ask(prepared, key);
        }
    }

    private void ask(Prepared prepared, StageKey key) {
        participant.inquiry().ask(prepared).thenAccept(answer -> {
            if (answer == InquiryAnswer.PENDING) {
                fail(Failure.of(
                                ErrorCode.BUSY,
                                "transaction " + key + " on chunk " + chunk + " is being decided by "
                                        + prepared.coordinator() + ", which answers")
                        .withHint("wait for it"));
            } else {
                onLane(lane -> settle(lane, key, answer));
            }
        });
    }

    private void settle(ChunkLane lane, StageKey key, InquiryAnswer answer) {
        if (!progress.compareAndSet(Progress.ASKING, Progress.SETTLING)) {
            return;
        }
        switch (answer) {
            case COMMIT -> lane.commit(key, new CompletableFuture<>());
            case ABORT ->
                lane.abort(key, Failure.of(ErrorCode.CANCELLED, "its coordinator aborted transaction " + key));
            case DONT_KNOW -> lane.settleByHand(key, commit);
            case PENDING -> throw new IllegalStateException("transaction " + key + " is not decided");
        }
        lane.recorded(key).whenComplete((reply, failure) -> {
            if (failure == null) {
                onLane(settled -> conclude(settled, key));
            } else {
                outcome.completeExceptionally(failure);
            }
        });
    }

    /** Tells what is so. */
    private void conclude(ChunkLane lane, StageKey key) {
        boolean remembered = participant
                .storage()
                .log()
                .table()
                .outcome(transaction)
                .filter(known -> known.attempt().equals(key.attempt()))
                .isPresent();
        if (remembered && !lane.isApplied(key)) {
            fail(Failure.of(
                            ErrorCode.CORRUPT,
                            "transaction " + key + " is committed and its bytes of chunk " + chunk
                                    + " are gone from server " + participant.self())
                    .withHint("let it copy the chunk from another member"));
        } else if (!remembered && lane.holds(transaction)) {
            fail(Failure.of(
                            ErrorCode.BUSY,
                            "another attempt of transaction " + transaction + " is open on chunk " + chunk)
                    .withHint("see what became of it with: tx show"));
        } else if (remembered == commit) {
            outcome.complete(true);
        } else {
            fail(Failure.of(
                    ErrorCode.SETTLED_OTHERWISE,
                    "transaction " + transaction + " is " + (remembered ? "committed" : "aborted") + " at server "
                            + participant.self()));
        }
    }

    private void giveUp() {
        if (progress.compareAndSet(Progress.ASKING, Progress.LATE)) {
            fail(Failure.of(
                            ErrorCode.TIMEOUT,
                            "nothing was done about transaction " + transaction
                                    + ": those who may know its outcome did not answer in time")
                    .withHint("try again with more time"));
        } else {
            fail(Failure.of(ErrorCode.OUTCOME_UNKNOWN, "transaction " + transaction + " may have been settled or not")
                    .withHint("see how it stands with: tx show"));
        }
    }

    private void onLane(Consumer<ChunkLane> work) {
        participant.run(chunk, work).whenComplete((ran, failure) -> {
            if (failure != null) {
                outcome.completeExceptionally(failure);
            }
        });
    }

    private void fail(Failure why) {
        outcome.completeExceptionally(why.at(participant.self()).in(transaction).toException());
    }
}
