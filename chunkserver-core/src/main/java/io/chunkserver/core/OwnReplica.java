package io.chunkserver.core;

import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.replication.ReplicationChain;
import io.chunkserver.core.store.StageKey;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** This server as the others see it: what a server endpoint calls, or a test that has several servers in one process. */
final class OwnReplica implements Replica {

    private final ReplicationChain chain;
    private final Participant participant;
    private final TwoPhaseCoordinator coordinator;

    OwnReplica(ReplicationChain chain, Participant participant, TwoPhaseCoordinator coordinator) {
        this.chain = chain;
        this.participant = participant;
        this.coordinator = coordinator;
    }

    @Override
    public PrepareStream prepare(PrepareRequest request) {
        return chain.push(request);
    }

    @Override
    public CompletionStage<CommitReply> commit(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        return participant.commit(new StageKey(transaction, attempt), chunk);
    }

    @Override
    public CompletionStage<Void> abort(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        return participant.abort(new StageKey(transaction, attempt), chunk);
    }

    @Override
    public CompletionStage<InquiryAnswer> inquire(
            TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId) {
        return CompletableFuture.completedFuture(coordinator.answer(transaction, attempt, coordinatorLogId));
    }
}
