package io.chunkserver.core;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.replication.Replicas;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The other servers of a server that was given no way to reach any: all of them are unreachable. */
final class NoReplicas implements Replicas {

    @Override
    public Replica peer(Member member) {
        return new Unreachable(member);
    }

    @Override
    public CompletionStage<Member> identify(String address) {
        return CompletableFuture.failedFuture(unreachable("at " + address).toException());
    }

    private static Failure unreachable(String server) {
        return Failure.of(
                ErrorCode.UNREACHABLE, "server " + server + " cannot be reached: this server has no transport");
    }

    private record Unreachable(Member member) implements Replica, PrepareStream {

        private Failure failure() {
            return unreachable(member.toString()).at(member.id());
        }

        @Override
        public PrepareStream prepare(PrepareRequest request) {
            return this;
        }

        @Override
        public CompletionStage<CommitReply> commit(TransactionId transaction, Attempt attempt, ChunkId chunk) {
            return CompletableFuture.failedFuture(failure().toException());
        }

        @Override
        public CompletionStage<Void> abort(TransactionId transaction, Attempt attempt, ChunkId chunk) {
            return CompletableFuture.failedFuture(failure().toException());
        }

        @Override
        public CompletionStage<InquiryAnswer> inquire(
                TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId) {
            return CompletableFuture.failedFuture(failure().toException());
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
            return CompletableFuture.completedFuture(List.of(Vote.no(member.id(), failure())));
        }

        @Override
        public void cancel(Failure why) {
            // The vote is given already.
        }
    }
}
