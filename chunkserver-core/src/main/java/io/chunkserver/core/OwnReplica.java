package io.chunkserver.core;

import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.RefusedPrepare;
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
import io.chunkserver.core.store.StageKey;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** This server as the others see it: what a server endpoint calls, or a test that has several servers in one process. */
final class OwnReplica implements Replica {

    private final ServerId self;
    private final Volumes volumes;
    private final RemovalIntents intents;

    /**
     * @param intents chunks that this server means to remove, and does not vouch for
     */
    OwnReplica(ServerId self, Volumes volumes, RemovalIntents intents) {
        this.self = self;
        this.volumes = volumes;
        this.intents = intents;
    }

    /**
     * A coordinator asks itself by a call and not by a message. One that claims to come from here would hold the chunk for ever,
     * because nobody here would ever decide it.
     */
    @Override
    public PrepareStream prepare(PrepareRequest request) {
        Optional<String> wrong = request.coordinator().id().equals(self)
                ? Optional.of("names this server as its coordinator, which did not send it")
                : request.chain().stream().noneMatch(member -> member.id().equals(self))
                        ? Optional.of("is for a chain without this server")
                        : Optional.empty();
        return wrong.map(why -> Failure.of(
                        ErrorCode.INVALID_ARGUMENT,
                        "the prepare of transaction " + request.transaction() + " on chunk " + request.chunk() + " "
                                + why))
                .or(() -> volumes.refusalUntilMoved(request.chunk(), request.tombstone(), request.maxLengthBytes()))
                .<PrepareStream>map(why -> new RefusedPrepare(Vote.no(self, why.in(request.transaction()))))
                .orElseGet(() -> push(request));
    }

    private PrepareStream push(PrepareRequest request) {
        try (Volumes.Claim claim = volumes.claim(request.chunk(), request.maxLengthBytes())) {
            return claim.volume().chain().push(request);
        }
    }

    @Override
    public CompletionStage<CommitReply> commit(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        StageKey key = new StageKey(transaction, attempt);
        Volume volume = volumes.of(key, chunk);
        return volume.participant()
                .commit(key, chunk)
                .thenCompose(reply -> reply == CommitReply.NOT_PREPARED
                        ? afterMove(volume, key, chunk)
                        : CompletableFuture.completedFuture(reply));
    }

    /** What a log remembers as committed is applied also when its chunk has moved to another volume since. */
    private CompletionStage<CommitReply> afterMove(Volume before, StageKey key, ChunkId chunk) {
        Optional<ChunkVersion> committed = before.transactions().committed(key);
        Volume now = volumes.of(chunk);
        if (committed.isEmpty() || now.equals(before)) {
            return CompletableFuture.completedFuture(CommitReply.NOT_PREPARED);
        }
        return now.participant()
                .published(chunk)
                .thenApply(published -> published
                                .filter(info -> !committed.get().isNewerThan(info.version()))
                                .isPresent()
                        ? CommitReply.APPLIED
                        : CommitReply.NOT_PREPARED);
    }

    @Override
    public CompletionStage<Void> abort(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        StageKey key = new StageKey(transaction, attempt);
        return volumes.of(key, chunk).participant().abort(key, chunk);
    }

    /** Each volume answers by its own log, and only the one that has the decision may know that there is none. */
    @Override
    public CompletionStage<InquiryAnswer> inquire(
            TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId) {
        return CompletableFuture.completedFuture(volumes.all().stream()
                .map(volume -> volume.coordinator().answer(transaction, attempt, coordinatorLogId))
                .filter(answer -> answer != InquiryAnswer.DONT_KNOW)
                .findFirst()
                .orElse(InquiryAnswer.DONT_KNOW));
    }

    /**
     * Asked on the chunk's lane: a copy counts when it is durable, and a removal that is under way when it has been answered for. A disk that
     * has failed vouches for nothing.
     */
    @Override
    public CompletionStage<Boolean> holds(ChunkId chunk, ChunkVersion version, TransactionId transaction) {
        Volume volume = volumes.of(chunk);
        return volume.participant()
                .published(chunk)
                .thenApply(published -> published
                                .filter(info -> info.version().isNewerThan(version)
                                        || (info.version().equals(version)
                                                && info.transaction().equals(transaction)))
                                .isPresent()
                        && volume.failed().isEmpty()
                        && !intents.isOpen(chunk));
    }

    @Override
    public CompletionStage<Void> fetch(ChunkId chunk, ChunkVersion atLeast, long offset, CopySink sink) {
        Volume volume = volumes.of(chunk);
        return PublishedFetch.start(
                volume.store(),
                volume.participant().environment().disk(),
                new PublishedFetch.Wanted(chunk, atLeast, offset),
                sink);
    }
}
