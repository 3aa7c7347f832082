package io.chunkserver.core;

import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.RefusedPrepare;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.CopySink;
import io.chunkserver.core.replication.RemovalIntents;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.replication.ReplicationChain;
import io.chunkserver.core.store.StageKey;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** This server as the others see it: what a server endpoint calls, or a test that has several servers in one process. */
final class OwnReplica implements Replica {

    private final ReplicationChain chain;
    private final Participant participant;
    private final TwoPhaseCoordinator coordinator;
    private final RemovalIntents intents;

    /**
     * @param intents chunks that this server means to remove, and does not vouch for
     */
    OwnReplica(
            ReplicationChain chain, Participant participant, TwoPhaseCoordinator coordinator, RemovalIntents intents) {
        this.chain = chain;
        this.participant = participant;
        this.coordinator = coordinator;
        this.intents = intents;
    }

    /**
     * A coordinator asks itself by a call and not by a message. One that claims to come from here would hold the chunk for ever,
     * because nobody here would ever decide it.
     */
    @Override
    public PrepareStream prepare(PrepareRequest request) {
        ServerId self = participant.self();
        Optional<String> wrong = request.coordinator().id().equals(self)
                ? Optional.of("names this server as its coordinator, which did not send it")
                : request.chain().stream().noneMatch(member -> member.id().equals(self))
                        ? Optional.of("is for a chain without this server")
                        : Optional.empty();
        return wrong.<PrepareStream>map(why -> new RefusedPrepare(Vote.no(
                        self,
                        Failure.of(
                                        ErrorCode.INVALID_ARGUMENT,
                                        "the prepare of transaction " + request.transaction() + " on chunk "
                                                + request.chunk() + " " + why)
                                .in(request.transaction()))))
                .orElseGet(() -> chain.push(request));
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

    /** Asked on the chunk's lane: a copy counts when it is durable, and a removal that is under way when it has been answered for. */
    @Override
    public CompletionStage<Boolean> holds(ChunkId chunk, ChunkVersion version, TransactionId transaction) {
        return participant
                .published(chunk)
                .thenApply(published -> published
                                .filter(info -> info.version().isNewerThan(version)
                                        || (info.version().equals(version)
                                                && info.transaction().equals(transaction)))
                                .isPresent()
                        && !intents.isOpen(chunk));
    }

    @Override
    public CompletionStage<Void> fetch(ChunkId chunk, ChunkVersion atLeast, long offset, CopySink sink) {
        return PublishedFetch.start(
                participant.storage().store(),
                participant.environment().disk(),
                new PublishedFetch.Wanted(chunk, atLeast, offset),
                sink);
    }
}
