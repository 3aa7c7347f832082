package io.chunkserver.transport.client;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.Master;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.MasterRequest;
import io.chunkserver.transport.protocol.MasterResponse;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A master over the wire, as a chunk server uses it.
 *
 * <p><b>Errors.</b> Beside what the master says: {@code UNREACHABLE} and {@code TIMEOUT} when it does not answer, {@code PROTOCOL_ERROR} when
 * something else listens there or another version is spoken; all of these name its address. A request whose answer was lost may have
 * been heard, and may have been sent twice; only the last part of a full report is never sent twice, since it says what is to be forgotten.
 *
 * <p><b>Threads.</b> Safe for many threads; no method blocks. One thread of its own, for timeouts. The transport is not closed.
 */
public final class RemoteMaster implements Master, AutoCloseable {

    private final Target target;
    private final ConnectionPool pool;
    private final Timers timers;
    private final Duration requestTimeout;

    /** A master at this address, which need not be reachable yet. */
    public RemoteMaster(Transport transport, ServerAddress address, RemoteMasterConfig config) {
        this.target = Target.master(address);
        this.timers = Timers.start("chunkserver-master-client-timer");
        this.pool = new ConnectionPool(transport, PeerRole.SERVER, config.connectTimeout(), config.pool(), timers);
        this.requestTimeout = config.requestTimeout();
    }

    /** A master by connections and timers of others, who close them. */
    RemoteMaster(ServerAddress address, ConnectionPool pool, Timers timers, Duration requestTimeout) {
        this.target = Target.master(address);
        this.pool = pool;
        this.timers = timers;
        this.requestTimeout = requestTimeout;
    }

    /** Where the master is. */
    public ServerAddress address() {
        return target.address();
    }

    @Override
    public CompletionStage<Void> register(Registration registration) {
        return ask(left -> new MasterRequest.Register(registration, left), Response.Done.class)
                .thenApply(done -> null);
    }

    @Override
    public CompletionStage<HeartbeatReply> heartbeat(Heartbeat heartbeat) {
        return ask(left -> new MasterRequest.Heartbeat(heartbeat, left), MasterResponse.Heartbeat.class)
                .thenApply(MasterResponse.Heartbeat::reply);
    }

    /** Goes out in several requests when it does not fit into one; each has the whole time of a request. */
    @Override
    public CompletionStage<Void> report(ChunkReport report) {
        CompletionStage<Void> taken = CompletableFuture.completedFuture(null);
        for (ChunkReport part : MasterRequest.Report.fitting(report)) {
            taken = taken.thenCompose(done -> part(part));
        }
        return taken;
    }

    private CompletionStage<Void> part(ChunkReport part) {
        Function<Duration, Request> request = left -> new MasterRequest.Report(part, left);
        CompletionStage<Response> answer = part.kind() == ChunkReport.Kind.END
                ? UnaryCall.sendOnce(pool, timers, target, request, requestTimeout)
                : UnaryCall.send(pool, timers, target, request, requestTimeout);
        return expect(answer, Response.Done.class).thenApply(done -> null);
    }

    @Override
    public CompletionStage<ChunkCopies> place(PlacementRequest request) {
        return ask(left -> new MasterRequest.Place(request, left), MasterResponse.Copies.class)
                .thenApply(MasterResponse.Copies::copies);
    }

    @Override
    public CompletionStage<ChunkCopies> locate(ChunkId chunk, @Nullable Location near) {
        return ask(left -> new MasterRequest.Locate(chunk, near, left), MasterResponse.Copies.class)
                .thenApply(MasterResponse.Copies::copies);
    }

    /** At most {@value Request.ListChunks#MAX_LIMIT} chunks, whatever the limit, and fewer where their ids are long. */
    @Override
    public CompletionStage<List<ListedChunk>> list(String pathPrefix, @Nullable ChunkId after, int limit) {
        int most = Math.min(limit, Request.ListChunks.MAX_LIMIT);
        // Once here, where a wrong argument is told to the caller.
        MasterRequest.ClusterChunks page = new MasterRequest.ClusterChunks(pathPrefix, after, most, requestTimeout);
        return ask(
                        left -> new MasterRequest.ClusterChunks(page.prefix(), page.after(), page.limit(), left),
                        MasterResponse.ClusterChunks.class)
                .thenApply(MasterResponse.ClusterChunks::chunks);
    }

    @Override
    public CompletionStage<Long> needed(ServerId server) {
        return ask(left -> new MasterRequest.Needed(server, left), MasterResponse.Needed.class)
                .thenApply(MasterResponse.Needed::chunks);
    }

    /** Comes in several requests when the servers do not fit into one answer; the numbers are those of the last. */
    @Override
    public CompletionStage<ClusterStatus> status() {
        return status(List.of());
    }

    /** The status with these servers, and those after the last of them. */
    private CompletionStage<ClusterStatus> status(List<MemberStatus> known) {
        @Nullable ServerId after = known.isEmpty() ? null : name(known.get(known.size() - 1));
        return ask(left -> new MasterRequest.ClusterStatus(after, left), MasterResponse.ClusterStatus.class)
                .thenCompose(page -> {
                    List<MemberStatus> members = new ArrayList<>(known);
                    members.addAll(page.status().members());
                    if (!page.more() || members.size() >= ClusterStatus.MAX_MEMBERS) {
                        return CompletableFuture.completedFuture(page.status().withMembers(members));
                    }
                    if (members.isEmpty()
                            || name(members.get(members.size() - 1)).equals(after)) {
                        return CompletableFuture.failedFuture(failure("said that it has more servers, and named none")
                                .toException());
                    }
                    return status(members);
                });
    }

    private static ServerId name(MemberStatus member) {
        return member.registration().server().id();
    }

    private <T extends Response> CompletionStage<T> ask(Function<Duration, Request> request, Class<T> kind) {
        return expect(UnaryCall.send(pool, timers, target, request, requestTimeout), kind);
    }

    private <T extends Response> CompletionStage<T> expect(CompletionStage<Response> answer, Class<T> kind) {
        return answer.handle((response, thrown) -> {
                    if (kind.isInstance(response)) {
                        return CompletableFuture.completedFuture(kind.cast(response));
                    }
                    return CompletableFuture.<T>failedFuture(
                            thrown == null ? unexpected(response) : named(ChunkServerException.from(thrown)));
                })
                .thenCompose(Function.identity());
    }

    private ChunkServerException unexpected(Response response) {
        return failure("answered with " + response.getClass().getSimpleName()).toException();
    }

    private Failure failure(String what) {
        return Failure.of(ErrorCode.PROTOCOL_ERROR, "master at " + address() + " " + what);
    }

    /** What the master itself says names the master; all else is made to name its address, and to speak of a master. */
    private ChunkServerException named(ChunkServerException thrown) {
        Failure why = thrown.failure();
        String server = "server at " + address();
        String message = why.message();
        if (message.startsWith(server)) {
            message = "master at " + address() + message.substring(server.length());
        } else if (why.server().isEmpty() && !message.startsWith("at " + address())) {
            message = "master at " + address() + ": " + message;
        }
        return why.withMessage(message).toException(thrown);
    }

    /** Closes all connections; what is under way fails soon. Idempotent. */
    @Override
    public void close() {
        pool.close();
        timers.close();
    }
}
