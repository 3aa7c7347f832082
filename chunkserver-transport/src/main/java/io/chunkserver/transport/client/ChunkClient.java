package io.chunkserver.transport.client;

import io.chunkserver.core.checksum.BlockBuffers;
import io.chunkserver.core.commit.BlockFeeder;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.model.TransactionIds;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerStatus;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Stores and reads chunks on chunk servers; for programs, which wait.
 *
 * <p><b>Outcomes.</b> A {@link Receipt} means committed. {@link ChunkServerException.OutcomeUnknown} means that nobody could say
 * before the time was over: ask for the {@link #transaction}, or store again with its id. Every other exception of
 * {@link #store} and {@link #delete} means that nothing was committed.
 *
 * <p><b>Retries.</b> What may succeed a moment later is tried again, with growing delays, within the time given; all tries of a store
 * have one transaction id, so it is applied at most once. Failures name the server's address or its id.
 *
 * <p><b>Integrity.</b> Bytes leave with checksums that every server compares, and are compared with those that the server keeps
 * before they are handed on (guarantee C1).
 *
 * <p><b>Threads.</b> Safe for many threads. Every call ends by its deadline and cannot be interrupted, but for a {@link #read} in a
 * virtual thread, which an interrupt ends as unreachable. One thread of its own, for timeouts. The transport is not closed.
 */
public final class ChunkClient implements Closeable {

    /** The server asks one member after the other, each of which may be silent for some seconds. */
    private static final Duration SETTLEMENT_TIMEOUT = Duration.ofMinutes(1);

    /** Blocks that are kept though nobody reads or stores, 8 MiB in all: what eight stores have under way. */
    private static final int MAX_FREE_BUFFERS = 8 * BlockFeeder.WINDOW_BLOCKS;

    private final ClientConfig config;
    private final Timers timers;
    private final ConnectionPool pool;

    /** For reads, whose bytes come to the thread that wants them. */
    private final BlockingPeers readers;

    private final Retries retries;
    private final TransactionIds transactionIds;
    private final BlockBuffers<byte[]> buffers = BlockBuffers.arrays(MAX_FREE_BUFFERS);

    /** A client with the real clock and chance. */
    public ChunkClient(Transport transport, ClientConfig config) {
        this(transport, config, InstantSource.system(), new SecureRandom());
    }

    /**
     * A client.
     *
     * @param clock  tells when a transaction was begun
     * @param random draws this client's name, which no other client may have, and the delays before retries
     */
    public ChunkClient(Transport transport, ClientConfig config, InstantSource clock, RandomGenerator random) {
        this.config = config;
        this.timers = Timers.start("chunkserver-client-timer");
        this.pool = new ConnectionPool(transport, PeerRole.CLIENT, config.connectTimeout(), config.pool(), timers);
        this.readers = new BlockingPeers(transport, PeerRole.CLIENT, config.connectTimeout(), config.pool(), timers);
        this.retries = new Retries(config.retries(), random, timers);
        this.transactionIds = new TransactionIds(new UUID(random.nextLong(), random.nextLong()).toString(), clock);
    }

    /**
     * Stores a chunk on the primary and on the replicas, all or none of them.
     *
     * @throws IOException of the source, when that cannot be read; nothing was committed then
     */
    public Receipt store(ServerAddress primary, ChunkId chunk, ChunkSource source, StoreOptions options)
            throws IOException {
        TransactionId transaction = transaction(options);
        TransactionCall call = new TransactionCall(
                pool,
                timers,
                primary,
                transaction,
                left -> new Request.Store(
                        transaction,
                        chunk,
                        source.maxLengthBytes(),
                        options.expectedBase(),
                        options.attributes(),
                        options.durability(),
                        options.replicas(),
                        options.copies(),
                        left,
                        options.placed(),
                        options.placementEpoch()),
                source,
                buffers,
                options.placementEpoch() != 0);
        return run(call, chunk, options.timeout());
    }

    /** Deletes a chunk from the primary and the replicas, all or none of them. */
    public Receipt delete(ServerAddress primary, ChunkId chunk, StoreOptions options) throws IOException {
        TransactionId transaction = transaction(options);
        TransactionCall call = new TransactionCall(
                pool,
                timers,
                primary,
                transaction,
                left -> new Request.Delete(
                        transaction,
                        chunk,
                        options.expectedBase(),
                        options.durability(),
                        options.replicas(),
                        left,
                        options.placed(),
                        options.placementEpoch()),
                null,
                buffers,
                options.placementEpoch() != 0);
        return run(call, chunk, options.timeout());
    }

    /** Whatever fails, on the way or at any of the servers, is told with the chunk: a caller may have many of them under way. */
    private Receipt run(TransactionCall call, ChunkId chunk, Duration timeout) throws IOException {
        try {
            return call.run(retries, timeout);
        } catch (ChunkServerException e) {
            Failure named = e.failure().about(chunk);
            throw named.equals(e.failure()) ? e : named.toException(e);
        }
    }

    private TransactionId transaction(StoreOptions options) {
        return options.transaction() != null ? options.transaction() : transactionIds.next();
    }

    /**
     * Copies bytes of a chunk from one server to a stream, each block verified before it is handed on. When this fails some bytes
     * may have been written; those are right, unless the failure says that they are not to be trusted: every block was right and all
     * together were not, since a transport that breaks its promises lost, repeated or mixed up some.
     *
     * @return the version that was read
     * @throws ChunkServerException.Corrupt naming server, chunk and block, when the server's copy is damaged
     * @throws IOException of the stream, when it cannot be written
     */
    public ChunkInfo read(ServerAddress server, ChunkId chunk, ReadOptions options, OutputStream target)
            throws IOException {
        return new ReadCall(readers, server, chunk, options, target).run(retries, config.transferTimeout());
    }

    /** What a server knows of a chunk's committed version. */
    public StatResult stat(ServerAddress server, ChunkId chunk) throws IOException {
        Response.Stat stat = ask(server, left -> new Request.Stat(chunk, left), Response.Stat.class);
        return new StatResult(stat.info(), stat.attributes());
    }

    /**
     * Has a server read all of a chunk and compare it with every checksum.
     *
     * @return the version that is right
     * @throws ChunkServerException.Corrupt naming server, chunk and block, when it is damaged
     */
    public ChunkInfo verify(ServerAddress server, ChunkId chunk) throws IOException {
        return ask(server, left -> new Request.Verify(chunk, left), Response.Verified.class, config.transferTimeout())
                .info();
    }

    /** Has a server examine all its chunks, at the speed that it is configured for; returns how far it has got. */
    public ScrubStatus startScrub(ServerAddress server) throws IOException {
        return ask(server, Request.ScrubStart::new, Response.Scrub.class).scrub();
    }

    /** How far a server has got with examining all its chunks. */
    public ScrubStatus scrubStatus(ServerAddress server) throws IOException {
        return ask(server, Request.ScrubState::new, Response.Scrub.class).scrub();
    }

    /**
     * Chunks of a server in the order of their ids.
     *
     * @param prefix what their paths start with; empty for all
     * @param after  the id after which to begin; null for the first
     * @param limit  the most that is returned, 1 or above; fewer means that there are no more
     */
    public List<ChunkInfo> list(ServerAddress server, String prefix, @Nullable ChunkId after, int limit)
            throws IOException {
        List<ChunkInfo> found = new ArrayList<>();
        ChunkId last = after;
        boolean more = true;
        while (more && found.size() < limit) {
            ChunkId begin = last;
            int wanted = Math.min(limit - found.size(), Request.ListChunks.MAX_LIMIT);
            Response.Chunks page =
                    ask(server, left -> new Request.ListChunks(prefix, begin, wanted, left), Response.Chunks.class);
            found.addAll(page.chunks());
            more = page.more() && !page.chunks().isEmpty();
            last = found.isEmpty() ? last : found.get(found.size() - 1).id();
        }
        return found;
    }

    /** How a server is. */
    public ServerStatus status(ServerAddress server) throws IOException {
        return ask(server, Request.Status::new, Response.Status.class).status();
    }

    /**
     * Has a server take no new chunks until {@link #resume}, also after a restart; it goes on serving reads.
     *
     * @return how it is then
     */
    public ServerStatus drain(ServerAddress server) throws IOException {
        return ask(server, Request.Drain::new, Response.Status.class).status();
    }

    /**
     * Has a server take new chunks again.
     *
     * @return how it is then: it may have another reason not to
     */
    public ServerStatus resume(ServerAddress server) throws IOException {
        return ask(server, Request.Resume::new, Response.Status.class).status();
    }

    /**
     * Has a server move the chunks of one of its data directories to the others, also after a restart, and put no new ones there.
     *
     * @param directory its own id, as the server's status tells
     * @param wanted    false to have it take chunks again
     * @return how the server is then
     */
    public ServerStatus emptyDirectory(ServerAddress server, UUID directory, boolean wanted) throws IOException {
        return ask(server, timeout -> new Request.EmptyDirectory(directory, wanted, timeout), Response.Status.class)
                .status();
    }

    /**
     * Gives a server another data directory while it runs, see {@link io.chunkserver.core.ChunkServer#addDirectory}; it must be named at the
     * server's next start.
     *
     * @param path of an empty directory on the server's machine
     * @return how the server is then
     */
    public ServerStatus addDirectory(ServerAddress server, String path) throws IOException {
        return ask(server, timeout -> new Request.AddDirectory(path, timeout), Response.Status.class)
                .status();
    }

    /** The transactions that are not over at a server; if there are thousands, as many as fit into one message. */
    public List<TransactionSummary> transactions(ServerAddress server) throws IOException {
        return ask(server, Request.Transactions::new, Response.Transactions.class)
                .transactions();
    }

    /** A transaction as a server sees it; empty when it knows nothing of it: never begun there, aborted, or forgotten. */
    public Optional<TransactionSummary> transaction(ServerAddress server, TransactionId id) throws IOException {
        try {
            return Optional.of(ask(server, left -> new Request.Transaction(id, left), Response.Transaction.class)
                    .transaction());
        } catch (ChunkServerException e) {
            if (e.code() == ErrorCode.TRANSACTION_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Has an operator settle a transaction at one server, where nobody can tell its outcome; see {@link
     * io.chunkserver.core.ChunkServer#settleByHand}.
     *
     * @param commit what the operator chose
     * @return the transaction as it is then
     */
    public TransactionSummary settleByHand(ServerAddress server, TransactionId id, boolean commit) throws IOException {
        return ask(
                        server,
                        left -> new Request.SettleByHand(id, commit, left),
                        Response.Transaction.class,
                        SETTLEMENT_TIMEOUT)
                .transaction();
    }

    /** Asks a server who it is. */
    public ServerHello identify(ServerAddress server) throws IOException {
        return retries.run(config.requestTimeout(), left -> {
            PeerConnection connection = await(pool.take(server, left));
            ServerHello hello = connection.hello();
            pool.idle(connection);
            return hello;
        });
    }

    private <T extends Response> T ask(ServerAddress server, Function<Duration, Request> request, Class<T> kind)
            throws IOException {
        return ask(server, request, kind, config.requestTimeout());
    }

    private <T extends Response> T ask(
            ServerAddress server, Function<Duration, Request> request, Class<T> kind, Duration timeout)
            throws IOException {
        return retries.run(timeout, left -> {
            Response response = await(UnaryCall.send(pool, timers, Target.at(server), request, left));
            if (!kind.isInstance(response)) {
                throw Failure.of(
                                ErrorCode.PROTOCOL_ERROR,
                                "server at " + server + " answered with "
                                        + response.getClass().getSimpleName() + " instead of " + kind.getSimpleName())
                        .toException();
            }
            return kind.cast(response);
        });
    }

    private static <T> T await(CompletionStage<T> stage) throws ChunkServerException {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw ChunkServerException.from(e);
        }
    }

    /** Closes all connections; calls under way end soon, as if the server had gone. Idempotent. */
    @Override
    public void close() {
        pool.close();
        readers.close();
        timers.close();
    }
}
