package io.chunkserver.core.replication;

import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.RefusedPrepare;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A server to which there is no way: votes no, and answers nothing else. It may be a member that is remembered from before this
 * process was without a transport, or with another one.
 */
public record UnreachableReplica(Member member, Failure why) implements Replica {

    @Override
    public PrepareStream prepare(PrepareRequest request) {
        return new RefusedPrepare(Vote.no(member.id(), why));
    }

    @Override
    public CompletionStage<CommitReply> commit(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        return CompletableFuture.failedFuture(why.toException());
    }

    @Override
    public CompletionStage<Void> abort(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        return CompletableFuture.failedFuture(why.toException());
    }

    @Override
    public CompletionStage<InquiryAnswer> inquire(
            TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId) {
        return CompletableFuture.failedFuture(why.toException());
    }

    @Override
    public CompletionStage<Boolean> holds(ChunkId chunk, ChunkVersion version, TransactionId transaction) {
        return CompletableFuture.failedFuture(why.toException());
    }

    @Override
    public CompletionStage<Void> fetch(ChunkId chunk, ChunkVersion atLeast, long offset, CopySink sink) {
        return CompletableFuture.failedFuture(why.toException());
    }
}
