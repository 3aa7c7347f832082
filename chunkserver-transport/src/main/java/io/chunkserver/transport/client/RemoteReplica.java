package io.chunkserver.transport.client;

import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.CopySink;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Another chunk server, over the wire. Safe for many threads; no method blocks. */
final class RemoteReplica implements Replica {

    private final Member member;
    private final Target target;
    private final ConnectionPool pool;
    private final Timers timers;
    private final Identities identities;
    private final Duration messageTimeout;

    RemoteReplica(Member member, ConnectionPool pool, Timers timers, Identities identities, Duration messageTimeout) {
        this.member = member;
        this.target = Target.member(member);
        this.pool = pool;
        this.timers = timers;
        this.identities = identities;
        this.messageTimeout = messageTimeout;
    }

    @Override
    public PrepareStream prepare(PrepareRequest request) {
        List<Member> members = new ArrayList<>(List.of(member));
        members.addAll(request.after(member.id()));
        OutgoingChunk chunk = OutgoingChunk.open(
                pool,
                timers,
                target,
                left -> new Request.Prepare(request.withTimeout(left)),
                request.tombstone(),
                request.timeout());
        chunk.outcome().thenAccept(how -> {
            if (how instanceof OutgoingChunk.Outcome.Lost) {
                // Perhaps another server is at the address now: the next store asks.
                identities.forget(member);
            }
        });
        return new RemotePrepareStream(chunk, members);
    }

    @Override
    public CompletionStage<CommitReply> commit(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        return ask(left -> new Request.Commit(transaction, attempt, chunk, left), Response.Committed.class)
                .thenApply(Response.Committed::reply);
    }

    @Override
    public CompletionStage<Void> abort(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        return ask(left -> new Request.Abort(transaction, attempt, chunk, left), Response.Done.class)
                .thenApply(done -> null);
    }

    @Override
    public CompletionStage<InquiryAnswer> inquire(
            TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId) {
        return ask(
                        left -> new Request.Inquire(transaction, attempt, chunk, coordinatorLogId, left),
                        Response.Inquiry.class)
                .thenApply(Response.Inquiry::answer);
    }

    @Override
    public CompletionStage<Boolean> holds(ChunkId chunk, ChunkVersion version, TransactionId transaction) {
        return ask(left -> new Request.Holds(chunk, version, transaction, left), Response.Held.class)
                .thenApply(Response.Held::held);
    }

    @Override
    public CompletionStage<Void> fetch(ChunkId chunk, ChunkVersion atLeast, long offset, CopySink sink) {
        FetchCall call = new FetchCall(
                pool,
                timers,
                target,
                new Request.Fetch(chunk, atLeast, offset, FetchCall.LONGEST_COPY),
                messageTimeout,
                sink);
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        call.start().whenComplete((done, thrown) -> {
            if (thrown == null) {
                outcome.complete(null);
            } else {
                outcome.completeExceptionally(named(ChunkServerException.from(thrown)));
            }
        });
        return outcome;
    }

    private <T extends Response> CompletionStage<T> ask(Function<Duration, Request> request, Class<T> kind) {
        return UnaryCall.send(pool, timers, target, request, messageTimeout)
                .handle((response, thrown) -> {
                    if (kind.isInstance(response)) {
                        return CompletableFuture.completedFuture(kind.cast(response));
                    }
                    return CompletableFuture.<T>failedFuture(
                            thrown == null ? unexpected(response) : named(ChunkServerException.from(thrown)));
                })
                .thenCompose(Function.identity());
    }

    private ChunkServerException unexpected(Response response) {
        return Failure.of(
                        ErrorCode.PROTOCOL_ERROR,
                        "server " + member + " answered with "
                                + response.getClass().getSimpleName())
                .at(member.id())
                .toException();
    }

    private ChunkServerException named(ChunkServerException thrown) {
        return thrown.failure().at(member.id()).toException(thrown);
    }
}
