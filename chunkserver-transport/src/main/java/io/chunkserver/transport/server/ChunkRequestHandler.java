package io.chunkserver.transport.server;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.checksum.BlockBuffers;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.MasterRequest;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns requests into calls of a chunk server. */
final class ChunkRequestHandler implements RequestHandler {

    private final ChunkServer server;
    private final ServerAddress address;
    private final EndpointConfig config;
    private final EndpointThreads threads;
    private final BlockBuffers<ByteBuffer> buffers;

    /**
     * @param address where others reach the server
     */
    ChunkRequestHandler(ChunkServer server, ServerAddress address, EndpointConfig config, EndpointThreads threads) {
        this.server = server;
        this.address = address;
        this.config = config;
        this.threads = threads;
        this.buffers = BlockBuffers.direct(config.unsentBlocks() * config.workers());
    }

    @Override
    public Exchange begin(Request request, Answer answer, ReadingGate gate, Executor sequence) {
        if (request instanceof Request.Store store) {
            return receive(store(store), answer, gate, sequence);
        } else if (request instanceof Request.Prepare prepare
                && !prepare.prepare().tombstone()) {
            return receive(CompletableFuture.completedFuture(prepare(prepare)), answer, gate, sequence);
        } else if (request instanceof Request.Read read) {
            return send(read, answer);
        } else if (request instanceof Request.Fetch fetch) {
            return copy(fetch, answer);
        } else if (request instanceof MasterRequest) {
            answer.failure(noMaster());
            return new ReplyOnly();
        }
        CompletionStage<? extends Response> reply = reply(request);
        if (request instanceof Request.Delete
                || request instanceof Request.Prepare
                || request instanceof Request.SettleByHand) {
            // Those end by their own deadline, which knows what may have been committed.
            answer.with(reply);
        } else {
            answer.with(reply, request.timeout(), threads);
        }
        return new ReplyOnly();
    }

    private Failure noMaster() {
        return Failure.of(
                        ErrorCode.PROTOCOL_ERROR,
                        "chunk server " + server.self().id() + " listens at " + address
                                + ", which is no master and takes no requests for one")
                .withHint("give the address of a master");
    }

    private Exchange receive(CompletionStage<BlockSink> opening, Answer answer, ReadingGate gate, Executor sequence) {
        IncomingChunk incoming = new IncomingChunk(answer, gate, config.windowBlocks());
        incoming.open(opening, sequence);
        return incoming;
    }

    private CompletionStage<BlockSink> store(Request.Store store) {
        StoreRequest request = new StoreRequest(
                store.transaction(),
                store.chunk(),
                false,
                store.maxLengthBytes(),
                store.base(),
                store.attributes(),
                store.durability() == null ? server.config().durability() : store.durability(),
                store.timeout(),
                store.placementEpoch());
        return begin(request, store.placed(), store.replicas(), store.copies()).thenApply(BlockSink::of);
    }

    /**
     * A client that names no members leaves them to the master, where there is one: the chunk may be on other servers. Not where a master has
     * named this server alone for it: one store that is placed twice is waited for as two are.
     */
    private CompletionStage<ChunkWriter> begin(
            StoreRequest request, boolean placed, List<ServerAddress> replicas, @Nullable Integer copies) {
        return replicas.isEmpty() && !placed
                ? server.begin(request, copies == null ? 0 : copies)
                : server.begin(request, texts(replicas));
    }

    private BlockSink prepare(Request.Prepare prepare) {
        return BlockSink.of(server.asReplica().prepare(prepare.prepare()));
    }

    private Exchange send(Request.Read read, Answer answer) {
        OutgoingContent outgoing =
                new OutgoingContent(read, answer, buffers, config.unsentBlocks(), server.threadsOf(read.chunk()));
        Failure late = Failure.of(
                ErrorCode.TIMEOUT,
                "chunk " + read.chunk() + " was not read within "
                        + read.timeout().toMillis() + " ms");
        outgoing.open(
                server.open(read.chunk(), read.mode()), threads.schedule(() -> outgoing.cancel(late), read.timeout()));
        return outgoing;
    }

    private Exchange copy(Request.Fetch fetch, Answer answer) {
        OutgoingCopy outgoing = new OutgoingCopy(fetch, answer);
        Failure late = Failure.of(
                ErrorCode.TIMEOUT,
                "chunk " + fetch.chunk() + " was not copied within "
                        + fetch.timeout().toMillis() + " ms");
        outgoing.open(server.asReplica(), threads.schedule(() -> outgoing.cancel(late), fetch.timeout()));
        return outgoing;
    }

    private CompletionStage<? extends Response> reply(Request request) {
        if (request instanceof Request.Delete delete) {
            return delete(delete);
        } else if (request instanceof Request.Prepare prepare) {
            return withoutBytes(prepare(prepare));
        } else if (request instanceof Request.Commit commit) {
            return server.asReplica()
                    .commit(commit.transaction(), commit.attempt(), commit.chunk())
                    .thenApply(Response.Committed::new);
        } else if (request instanceof Request.Abort abort) {
            return server.asReplica()
                    .abort(abort.transaction(), abort.attempt(), abort.chunk())
                    .thenApply(done -> new Response.Done());
        } else if (request instanceof Request.Inquire inquire) {
            return server.asReplica()
                    .inquire(inquire.transaction(), inquire.attempt(), inquire.chunk(), inquire.coordinatorLogId())
                    .thenApply(Response.Inquiry::new);
        } else if (request instanceof Request.Holds holds) {
            return server.asReplica()
                    .holds(holds.chunk(), holds.version(), holds.transaction())
                    .thenApply(Response.Held::new);
        } else if (request instanceof Request.Stat stat) {
            return server.open(stat.chunk(), ReadMode.COMMITTED)
                    .thenApplyAsync(ChunkRequestHandler::stat, server.threadsOf(stat.chunk()));
        } else if (request instanceof Request.Verify verify) {
            return server.verify(verify.chunk()).thenApply(Response.Verified::new);
        } else if (request instanceof Request.ScrubStart) {
            return onWorker(() -> {
                server.startScrub();
                return new Response.Scrub(server.scrub());
            });
        } else if (request instanceof Request.ScrubState) {
            return onWorker(() -> new Response.Scrub(server.scrub()));
        } else if (request instanceof Request.ListChunks list) {
            return onWorker(() -> list(list));
        } else if (request instanceof Request.Status) {
            return onWorker(() -> StatusAnswer.of(server.status(), address));
        } else if (request instanceof Request.Drain) {
            return onWorker(() -> statusAfter(server::drain));
        } else if (request instanceof Request.Resume) {
            return onWorker(() -> statusAfter(server::resume));
        } else if (request instanceof Request.EmptyDirectory empty) {
            return onWorker(() -> statusAfter(() -> server.emptyDirectory(empty.directory(), empty.wanted())));
        } else if (request instanceof Request.AddDirectory add) {
            return onWorker(() -> statusAfter(() -> server.addDirectory(Path.of(add.path()))));
        } else if (request instanceof Request.Transactions) {
            return onWorker(() -> Response.Transactions.fitting(server.transactions()));
        } else if (request instanceof Request.Transaction transaction) {
            return onWorker(() -> transaction(transaction));
        } else if (request instanceof Request.SettleByHand settle) {
            return onWorker(() -> server.settleByHand(settle.transaction(), settle.commit(), settle.timeout()))
                    .thenCompose(stage -> stage)
                    .thenApply(Response.Transaction::new);
        }
        throw new AssertionError("nobody handles " + request.getClass());
    }

    private CompletionStage<Response> delete(Request.Delete delete) {
        StoreRequest request = new StoreRequest(
                delete.transaction(),
                delete.chunk(),
                true,
                0,
                delete.base(),
                Attributes.NONE,
                delete.durability() == null ? server.config().durability() : delete.durability(),
                delete.timeout(),
                delete.placementEpoch());
        return begin(request, delete.placed(), delete.replicas(), null)
                .thenApply(BlockSink::of)
                .thenCompose(ChunkRequestHandler::withoutBytes);
    }

    private static CompletionStage<Response> withoutBytes(BlockSink sink) {
        sink.finish(0, 0);
        return sink.outcome().thenApply(response -> response);
    }

    /** Information and attributes of one and the same version. */
    private static Response.Stat stat(ChunkReader reader) {
        try (reader) {
            return new Response.Stat(reader.info(), reader.attributes());
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private interface Change {
        void make() throws IOException;
    }

    private Response.Status statusAfter(Change change) {
        try {
            change.make();
        } catch (IOException e) {
            throw new CompletionException(ChunkServerException.from(e));
        }
        return StatusAnswer.of(server.status(), address);
    }

    private Response.Chunks list(Request.ListChunks list) {
        List<ChunkInfo> found = server.list(list.prefix(), list.after(), list.limit() + 1);
        boolean more = found.size() > list.limit();
        return Response.Chunks.fitting(more ? found.subList(0, list.limit()) : found, more);
    }

    private Response.Transaction transaction(Request.Transaction asked) {
        return server.transaction(asked.transaction())
                .map(Response.Transaction::new)
                .orElseThrow(() -> new CompletionException(notFound(asked)));
    }

    private static ChunkServerException notFound(Request.Transaction asked) {
        return Failure.of(
                        ErrorCode.TRANSACTION_NOT_FOUND,
                        "transaction " + asked.transaction()
                                + " is not known here: it was never begun, was aborted, or is forgotten")
                .in(asked.transaction())
                .toException();
    }

    private <T> CompletionStage<T> onWorker(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, threads.workers());
    }

    private static List<String> texts(List<ServerAddress> addresses) {
        return addresses.stream().map(ServerAddress::toString).toList();
    }
}
