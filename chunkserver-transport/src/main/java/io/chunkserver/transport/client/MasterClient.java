package io.chunkserver.transport.client;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.Master;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.PeerRole;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks masters where chunks are and go; for programs, which wait.
 *
 * <p><b>Several masters.</b> They are tried in turn, beginning with the one that answered last, until one knows the answer: a master that was
 * started a moment ago may know less than the others. A failure tells what each of them said.
 *
 * <p><b>Retries.</b> When none of them knows, and what one said may change a moment later, all are asked again, with growing delays, within
 * the time for a request. A master that was started a moment ago, or that a server has not told all yet, is waited for when it is asked
 * for a chunk or a list: for as long as a read may take. Whoever stores says for how long.
 *
 * <p><b>Threads.</b> Safe for many threads. Calls cannot be interrupted; each ends within its time, a {@link #list} or a {@link #status}
 * of more than one page within that for each page. One thread of its own, for timeouts. The transport is not closed.
 */
public final class MasterClient implements Closeable {

    /** Said by the way to a master and not by a master, most often. */
    private static final Set<ErrorCode> UNANSWERED =
            EnumSet.of(ErrorCode.UNREACHABLE, ErrorCode.TIMEOUT, ErrorCode.PROTOCOL_ERROR);

    private final MasterAddresses masters;
    private final ClientConfig config;
    private final Timers timers;
    private final ConnectionPool pool;
    private final Retries retries;

    /** The one that answered last. */
    private volatile @Nullable ServerAddress preferred;

    /**
     * A client.
     *
     * @param masters where masters may be; at least one
     */
    public MasterClient(Transport transport, List<ServerAddress> masters, ClientConfig config) {
        this(transport, fixed(masters), config);
    }

    private static MasterAddresses fixed(List<ServerAddress> masters) {
        if (masters.isEmpty()) {
            throw new IllegalArgumentException("no address of a master is given");
        }
        List<ServerAddress> copy = List.copyOf(masters);
        return () -> copy;
    }

    /**
     * A client whose masters may change.
     *
     * @param masters asked before each question, and not closed
     */
    public MasterClient(Transport transport, MasterAddresses masters, ClientConfig config) {
        this.masters = masters;
        this.config = config;
        this.timers = Timers.start("chunkserver-master-client-timer");
        this.pool = new ConnectionPool(transport, PeerRole.CLIENT, config.connectTimeout(), config.pool(), timers);
        this.retries = new Retries(config.retries(), new SecureRandom(), timers);
    }

    /** Names the servers for a store, the one to send it to first; see {@link Master#place}. */
    public ChunkCopies place(PlacementRequest request) throws IOException {
        return ask(master -> master.place(request));
    }

    /**
     * The same, and waits for a master that was started or elected a moment ago.
     *
     * @param patience for how long at most
     */
    public ChunkCopies place(PlacementRequest request, Duration patience) throws IOException {
        return outlastStart(patience, master -> master.place(request));
    }

    /** Names the servers that have a chunk, in any order; see {@link Master#locate}. */
    public ChunkCopies locate(ChunkId chunk) throws IOException {
        return locate(chunk, null);
    }

    /**
     * Names the servers that have a chunk; see {@link Master#locate}.
     *
     * @param near the nearest to here comes first; null for any order
     */
    public ChunkCopies locate(ChunkId chunk, @Nullable Location near) throws IOException {
        return outlastStart(config.transferTimeout(), master -> master.locate(chunk, near));
    }

    /**
     * Chunks of the cluster in the order of their ids.
     *
     * @param prefix what their paths start with; empty for all
     * @param after  the id after which to begin; null for the first
     * @param limit  the most that is returned, 1 or above; fewer means that there are no more
     */
    public List<ListedChunk> list(String prefix, @Nullable ChunkId after, int limit) throws IOException {
        List<ListedChunk> found = new ArrayList<>();
        while (true) {
            @Nullable
            ChunkId begin =
                    found.isEmpty() ? after : found.get(found.size() - 1).info().id();
            int wanted = limit - found.size();
            List<ListedChunk> page =
                    outlastStart(config.transferTimeout(), master -> master.list(prefix, begin, wanted));
            found.addAll(page);
            if (page.isEmpty() || found.size() >= limit) {
                return found;
            }
        }
    }

    /** For how many chunks a server is needed that is being drained, as the first master says that can; see {@link Master#needed}. */
    public long needed(ServerId server) throws IOException {
        return ask(master -> master.needed(server));
    }

    /** How the cluster is, as the first master says that answers. */
    public ClusterStatus status() throws IOException {
        return ask(Master::status);
    }

    /** It knows soon who has what, and to be told that there is nothing would be wrong. */
    private <T> T outlastStart(Duration patience, Function<Master, CompletionStage<T>> question) throws IOException {
        return retries.outlast(
                ErrorCode.MASTER_STARTING, patience, left -> ask(question, shorter(left, config.requestTimeout())));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private <T> T ask(Function<Master, CompletionStage<T>> question) throws IOException {
        return ask(question, config.requestTimeout());
    }

    private <T> T ask(Function<Master, CompletionStage<T>> question, Duration timeout) throws IOException {
        return retries.run(timeout, left -> askAll(question, left));
    }

    private <T> T askAll(Function<Master, CompletionStage<T>> question, Duration timeout) throws ChunkServerException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        List<Refusal> refusals = new ArrayList<>();
        List<ServerAddress> order = inTurn();
        for (int asked = 0; asked < order.size(); asked++) {
            ServerAddress next = order.get(asked);
            // One that says nothing leaves the others their share.
            long shareNanos = (deadlineNanos - System.nanoTime()) / (order.size() - asked);
            Master master = new RemoteMaster(next, pool, timers, Duration.ofNanos(Math.max(1, shareNanos)));
            try {
                T answer = question.apply(master).toCompletableFuture().join();
                preferred = next;
                return answer;
            } catch (CompletionException e) {
                refusals.add(new Refusal(next, ChunkServerException.from(e)));
            }
        }
        throw all(refusals);
    }

    /** All masters, those before the one that answered last moved to the end. */
    private List<ServerAddress> inTurn() throws ChunkServerException {
        List<ServerAddress> order = new ArrayList<>(masters.current());
        Collections.rotate(order, -Math.max(0, order.indexOf(preferred)));
        return order;
    }

    private record Refusal(ServerAddress master, ChunkServerException thrown) {

        boolean isAnswer() {
            return !UNANSWERED.contains(thrown.code());
        }

        boolean isCertain() {
            return !thrown.code().retryable();
        }

        String describe() {
            String said = thrown.failure().describe();
            return said.contains(master.toString()) ? said : "master at " + master + ": " + said;
        }
    }

    /** What one of them said, a certain answer before one that may change, and that before a missing one; with the words of all. */
    private static ChunkServerException all(List<Refusal> refusals) {
        Refusal main = refusals.stream()
                .max(Comparator.comparing(Refusal::isAnswer).thenComparing(Refusal::isCertain))
                .orElseThrow();
        if (refusals.size() == 1) {
            return main.thrown();
        }
        Failure why = main.thrown().failure();
        return new Failure(
                        why.code(),
                        "none of " + refusals.size() + " masters has the answer: "
                                + refusals.stream().map(Refusal::describe).collect(Collectors.joining("; ")),
                        "",
                        null,
                        why.transactionId(),
                        why.available())
                .toException(main.thrown());
    }

    /** Closes all connections; calls under way end soon, as if the masters had gone. Idempotent. */
    @Override
    public void close() {
        pool.close();
        timers.close();
    }
}
