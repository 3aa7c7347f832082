package io.chunkserver.core.commit;

import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An operator settles one promise of one member.
 *
 * <p>It is refused as long as somebody can tell the outcome: a heuristic outcome that differs from the coordinator's breaks what two-phase
 * commit is for, so it is for promises whose coordinator is gone for good or has lost its log. Nothing blocks.
 */
public final class HandSettlement {

    private final Participant participant;
    private final TransactionId transaction;
    private final ChunkId chunk;
    private final boolean commit;

    HandSettlement(Participant participant, TransactionId transaction, ChunkId chunk, boolean commit) {
        this.participant = participant;
        this.transaction = transaction;
        this.chunk = chunk;
        this.commit = commit;
    }

    /** See {@link Participant#settleByHand}. */
    CompletionStage<Void> run() {
        CompletableFuture<Optional<Prepared>> promise = new CompletableFuture<>();
        return participant
                .run(chunk, lane -> promise.complete(lane.promise(transaction)))
                .thenCompose(begun -> promise)
                .thenCompose(found -> found.isPresent()
                        ? settle(found.get())
                        : CompletableFuture.failedFuture(notPromised(transaction, participant.self())));
    }

    private CompletionStage<Void> settle(Prepared prepared) {
        StageKey key = new StageKey(prepared.transaction(), prepared.attempt());
        return participant.inquiry().ask(prepared).thenCompose(answer -> switch (answer) {
            case COMMIT -> participant.commit(key, chunk).thenCompose(applied -> told(true));
            case ABORT -> participant.abort(key, chunk).thenCompose(aborted -> told(false));
            case PENDING ->
                CompletableFuture.failedFuture(failure(Failure.of(
                                ErrorCode.BUSY,
                                "transaction " + key + " on chunk " + chunk + " is being decided by "
                                        + prepared.coordinator() + ", which answers")
                        .withHint("wait for it")));
            case DONT_KNOW -> byHand(key);
        });
    }

    private CompletionStage<Void> byHand(StageKey key) {
        CompletableFuture<CommitReply> settled = new CompletableFuture<>();
        return participant
                .run(chunk, lane -> lane.settleByHand(key, commit, settled))
                .thenCompose(begun -> settled)
                .thenCompose(reply -> isLost(reply)
                        ? CompletableFuture.failedFuture(failure(Failure.of(
                                        ErrorCode.CORRUPT,
                                        "transaction " + key + " is committed and its bytes of chunk " + chunk
                                                + " are gone from server " + participant.self())
                                .withHint("let it copy the chunk from another member")))
                        : told(reply == CommitReply.APPLIED));
    }

    private boolean isLost(CommitReply reply) {
        return reply == CommitReply.NOT_PREPARED
                && participant.storage().log().table().outcome(transaction).isPresent();
    }

    private CompletionStage<Void> told(boolean committed) {
        if (committed == commit) {
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.failedFuture(settledOtherwise(transaction, committed, participant.self()));
    }

    private ChunkServerException failure(Failure why) {
        return why.at(participant.self()).in(transaction).toException();
    }

    /** The failure of who asks for another outcome than there is. */
    public static ChunkServerException settledOtherwise(TransactionId transaction, boolean committed, ServerId self) {
        return Failure.of(
                        ErrorCode.SETTLED_OTHERWISE,
                        "transaction " + transaction + " is " + (committed ? "committed" : "aborted") + " at server "
                                + self)
                .at(self)
                .in(transaction)
                .toException();
    }

    /** The failure of who asks for an outcome where there is nothing to settle. */
    public static ChunkServerException notPromised(TransactionId transaction, ServerId self) {
        return Failure.of(
                        ErrorCode.TRANSACTION_NOT_FOUND,
                        "server " + self + " has not promised transaction " + transaction
                                + " to another server, or knows its outcome: there is nothing to settle by hand")
                .withHint("see what it is in doubt about with: tx ls")
                .at(self)
                .in(transaction)
                .toException();
    }
}
