package io.chunkserver.transport.server;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.Master;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.MasterRequest;
import io.chunkserver.transport.protocol.MasterResponse;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Turns requests into calls of a master. */
final class MasterRequestHandler implements RequestHandler {

    private final Master master;
    private final ServerAddress address;
    private final EndpointThreads threads;

    /** @param address where others reach it */
    MasterRequestHandler(Master master, ServerAddress address, EndpointThreads threads) {
        this.master = master;
        this.address = address;
        this.threads = threads;
    }

    @Override
    public Exchange begin(Request request, Answer answer, ReadingGate gate, Executor sequence) {
        if (request instanceof MasterRequest asked) {
            answer.with(reply(asked), asked.timeout(), threads);
        } else {
            answer.failure(Failure.of(
                            ErrorCode.PROTOCOL_ERROR,
                            "a master listens at " + address
                                    + ", which keeps no chunks and takes no requests for a chunk server")
                    .withHint("ask the master which servers have the chunk, and give the address of one of them"));
        }
        return new ReplyOnly();
    }

    private CompletionStage<? extends Response> reply(MasterRequest request) {
        if (request instanceof MasterRequest.Register register) {
            return master.register(register.registration()).thenApply(done -> new Response.Done());
        } else if (request instanceof MasterRequest.Heartbeat heartbeat) {
            return master.heartbeat(heartbeat.heartbeat()).thenApply(MasterResponse.Heartbeat::fitting);
        } else if (request instanceof MasterRequest.Report report) {
            return master.report(report.report()).thenApply(done -> new Response.Done());
        } else if (request instanceof MasterRequest.Place place) {
            return master.place(place.placement()).thenApply(MasterResponse.Copies::fitting);
        } else if (request instanceof MasterRequest.Locate locate) {
            return master.locate(locate.chunk(), locate.near()).thenApply(MasterResponse.Copies::fitting);
        } else if (request instanceof MasterRequest.ClusterChunks list) {
            return onWorker(() -> master.list(list.prefix(), list.after(), list.limit()))
                    .thenApply(MasterResponse.ClusterChunks::fitting);
        } else if (request instanceof MasterRequest.Needed needed) {
            return onWorker(() -> master.needed(needed.server())).thenApply(MasterResponse.Needed::new);
        } else if (request instanceof MasterRequest.ClusterStatus status) {
            return master.status().thenApply(whole -> MasterResponse.ClusterStatus.fitting(whole, status.after()));
        }
        throw new AssertionError("nobody handles " + request.getClass());
    }

    /** A master may look at all of its chunks for that, which no thread that reads connections may wait for. */
    private <T> CompletionStage<T> onWorker(Supplier<CompletionStage<T>> question) {
        return CompletableFuture.supplyAsync(question, threads.workers()).thenCompose(answer -> answer);
    }
}
