package io.chunkserver.core.testkit;

import io.chunkserver.core.ChunkServer;
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
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.CopySink;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.replication.Replicas;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Servers of one process that reach each other by method calls, with no transport between.
 *
 * <p>An address stands for a server from {@link #add} until {@link #cut}: afterwards messages to it fail as if nobody listened
 * there, as long as another server, or the same after a restart, is not added in its place. Thread-safe.
 */
public final class DirectReplicas implements Replicas {

    private final Map<String, ChunkServer> servers = new ConcurrentHashMap<>();

    /** Makes a server reachable by its own name as its address. */
    public void add(ChunkServer server) throws IOException {
        String address = server.self().id().value();
        server.reachableAt(address, 0);
        servers.put(address, server);
    }

    /** Makes an address unreachable; what was received before goes on. */
    public void cut(String address) {
        servers.remove(address);
    }

    @Override
    public Replica peer(Member member) {
        return new Peer(member);
    }

    @Override
    public CompletionStage<Member> identify(String address) {
        ChunkServer server = servers.get(address);
        return server == null
                ? CompletableFuture.failedFuture(unreachable(address).toException())
                : CompletableFuture.completedFuture(server.self());
    }

    private static Failure unreachable(String address) {
        return Failure.of(ErrorCode.UNREACHABLE, "nobody answers at " + address);
    }

    /** A server that may go away and come back between two messages. */
    private final class Peer implements Replica {

        private final Member member;

        Peer(Member member) {
            this.member = member;
        }

        private Optional<Replica> reached() {
            return Optional.ofNullable(servers.get(member.address())).map(ChunkServer::asReplica);
        }

        private Failure failure() {
            return unreachable(member.address()).at(member.id());
        }

        private <T> CompletionStage<T> failed() {
            return CompletableFuture.failedFuture(failure().toException());
        }

        @Override
        public PrepareStream prepare(PrepareRequest request) {
            return reached().map(replica -> replica.prepare(request)).orElseGet(() -> new Refusing(request));
        }

        @Override
        public CompletionStage<CommitReply> commit(TransactionId transaction, Attempt attempt, ChunkId chunk) {
            return reached()
                    .map(replica -> replica.commit(transaction, attempt, chunk))
                    .orElseGet(this::failed);
        }

        @Override
        public CompletionStage<Void> abort(TransactionId transaction, Attempt attempt, ChunkId chunk) {
            return reached()
                    .map(replica -> replica.abort(transaction, attempt, chunk))
                    .orElseGet(this::failed);
        }

        @Override
        public CompletionStage<InquiryAnswer> inquire(
                TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId) {
            return reached()
                    .map(replica -> replica.inquire(transaction, attempt, chunk, coordinatorLogId))
                    .orElseGet(this::failed);
        }

        @Override
        public CompletionStage<Boolean> holds(ChunkId chunk, ChunkVersion version, TransactionId transaction) {
            return reached()
                    .map(replica -> replica.holds(chunk, version, transaction))
                    .orElseGet(this::failed);
        }

        @Override
        public CompletionStage<Void> fetch(ChunkId chunk, ChunkVersion atLeast, long offset, CopySink sink) {
            return reached()
                    .map(replica -> replica.fetch(chunk, atLeast, offset, sink))
                    .orElseGet(this::failed);
        }

        /** The stream to a server that is not there. */
        private final class Refusing implements PrepareStream {

            private final PrepareRequest request;

            Refusing(PrepareRequest request) {
                this.request = request;
            }

            @Override
            public CompletionStage<Void> write(CheckedBlock block) {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void finish(long lengthBytes, int crc32c) {
                // The votes are in already.
            }

            @Override
            public CompletionStage<List<Vote>> votes() {
                List<Vote> votes = request.after(request.coordinator().id()).stream()
                        .dropWhile(other -> !other.id().equals(member.id()))
                        .map(other -> Vote.no(
                                other.id(),
                                other.id().equals(member.id())
                                        ? failure()
                                        : Failure.of(ErrorCode.CANCELLED, "the member before it is unreachable")))
                        .toList();
                return CompletableFuture.completedFuture(votes);
            }

            @Override
            public void cancel(Failure why) {
                // The votes are in already.
            }
        }
    }
}
