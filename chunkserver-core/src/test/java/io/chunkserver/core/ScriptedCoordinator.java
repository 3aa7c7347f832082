package io.chunkserver.core;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.CopySink;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.replication.Replicas;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The primary of chains whose other member is a {@link LoneServer}: it prepares and decides, and answers inquiries. */
final class ScriptedCoordinator implements Replicas, Replica {

    private static final Member SELF = new Member(new ServerId("coordinator"), "coordinator", Location.ORIGIN);
    private static final Attempt ATTEMPT = new Attempt(1, 1);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final UUID LOG_ID = new UUID(0xC00D, 0x10C);

    private final StoreHistory history;

    /** A coordinator that decided as this history says, or will. */
    ScriptedCoordinator(StoreHistory history) {
        this.history = history;
    }

    /** Has the server promise this version; the history is told of the vote. */
    void prepare(ChunkServer server, StoreHistory.Version version) {
        history.begins(version);
        history.decides(version, StoreHistory.Decision.NOT_PROMISED);
        PrepareStream stream = server.asReplica().prepare(request(server, version));
        ByteBuffer bytes = ByteBuffer.wrap(version.content());
        stream.votes().thenAccept(votes -> {
            if (votes.stream().allMatch(Vote::isYes)) {
                history.decides(version, StoreHistory.Decision.PROMISED);
            }
        });
        if (version.lengthBytes() > 0) {
            stream.write(CheckedBlock.of(bytes));
        }
        stream.finish(version.lengthBytes(), CheckedBlock.of(bytes).crc32c());
    }

    private static PrepareRequest request(ChunkServer server, StoreHistory.Version version) {
        return new PrepareRequest(
                version.transaction(),
                ATTEMPT,
                version.chunk(),
                server.stat(version.chunk()).map(ChunkInfo::version).orElse(ChunkVersion.NONE),
                0,
                version.end() == StoreHistory.End.DELETE,
                version.lengthBytes(),
                Attributes.NONE,
                Durability.SYNC,
                List.of(SELF, server.self()),
                LOG_ID,
                Duration.ofMinutes(1));
    }

    /** Decides, and tells the server. */
    void commit(ChunkServer server, StoreHistory.Version version) {
        history.decides(version, StoreHistory.Decision.COMMIT);
        server.asReplica()
                .commit(version.transaction(), ATTEMPT, version.chunk())
                .thenAccept(reply -> history.committed(version));
    }

    /** Decides, and tells the server. */
    void abort(ChunkServer server, StoreHistory.Version version) {
        history.decides(version, StoreHistory.Decision.ABORT);
        server.asReplica()
                .abort(version.transaction(), ATTEMPT, version.chunk())
                .thenAccept(done -> history.aborted(version));
    }

    /** Loses its log, so that an operator settles what the server has promised. */
    void settleByHand(ChunkServer server, StoreHistory.Version version, boolean commit) {
        history.decides(
                version, commit ? StoreHistory.Decision.COMMITTING_BY_HAND : StoreHistory.Decision.ABORTING_BY_HAND);
        server.settleByHand(version.transaction(), commit, PATIENCE).thenAccept(settled -> {
            history.decides(
                    version, commit ? StoreHistory.Decision.COMMITTED_BY_HAND : StoreHistory.Decision.ABORTED_BY_HAND);
            if (commit) {
                history.committed(version);
            } else {
                history.aborted(version);
            }
        });
    }

    @Override
    public CompletionStage<InquiryAnswer> inquire(
            TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId) {
        return CompletableFuture.completedFuture(history.answer(transaction));
    }

    @Override
    public Replica peer(Member member) {
        return this;
    }

    @Override
    public CompletionStage<Member> identify(String address) {
        throw new AssertionError("a member of a chain asked who is at " + address);
    }

    @Override
    public PrepareStream prepare(PrepareRequest request) {
        throw new AssertionError("a member of a chain passed bytes on to its coordinator: " + request);
    }

    @Override
    public CompletionStage<CommitReply> commit(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        throw new AssertionError("a member of a chain told its coordinator to commit " + transaction);
    }

    @Override
    public CompletionStage<Void> abort(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        throw new AssertionError("a member of a chain told its coordinator to abort " + transaction);
    }

    @Override
    public CompletionStage<Boolean> holds(ChunkId chunk, ChunkVersion version, TransactionId transaction) {
        throw new AssertionError("a member of a chain asked its coordinator for a copy of " + chunk);
    }

    @Override
    public CompletionStage<Void> fetch(ChunkId chunk, ChunkVersion atLeast, long offset, CopySink sink) {
        throw new AssertionError("a member of a chain fetched " + chunk + " from its coordinator");
    }
}
