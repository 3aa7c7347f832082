package io.chunkserver.transport.client;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.Replica;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A member whose address no transport of this process can reach, as one that is remembered from before it had any. */
record UnreachableReplica(Member member, Failure why) implements Replica, PrepareStream {

    @Override
    public PrepareStream prepare(PrepareRequest request) {
        return this;
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
    public CompletionStage<Void> write(CheckedBlock block) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void finish(long lengthBytes, int crc32c) {
        // The vote is given already.
    }

    @Override
    public CompletionStage<List<Vote>> votes() {
        return CompletableFuture.completedFuture(List.of(Vote.no(member.id(), why)));
    }

    @Override
    public void cancel(Failure cause) {
        // The vote is given already.
    }
}
