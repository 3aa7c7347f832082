package io.chunkserver.core.membership;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A master, as chunk servers and clients see it: it is told who is there and which chunks they have, is asked where chunks go, and orders
 * copies and removals so that every chunk keeps its number of copies.
 *
 * <p><b>Soft state.</b> A master may forget everything at any time, as when it is started again; it then answers
 * {@link HeartbeatReply#UNKNOWN} and is told anew. No promise to a client rests on what it knows.
 *
 * <p><b>Errors.</b> Stages complete exceptionally with a {@link ChunkServerException}: {@code UNREACHABLE} and {@code TIMEOUT}
 * when it did not answer, {@code PROTOCOL_ERROR} when whoever answers is no master or speaks another version.
 *
 * <p><b>Threads.</b> Safe for many threads; no method blocks.
 */
public interface Master {

    /**
     * Makes a server known; a full {@link ChunkReport} follows. Registering again replaces what was known of it.
     *
     * <p>Completes exceptionally with {@code DUPLICATE_SERVER}, naming both addresses, when another server of this name, or another
     * process on a copy of its directory, is alive.
     */
    CompletionStage<Void> register(Registration registration);

    /** Takes a sign of life; the answer carries orders. */
    CompletionStage<HeartbeatReply> heartbeat(Heartbeat heartbeat);

    /**
     * Takes one part of a report. Parts of one server must come one after the other.
     *
     * <p>Completes exceptionally with {@code NOT_REGISTERED} when this run of the server is not known.
     */
    CompletionStage<Void> report(ChunkReport report);

    /**
     * Names the servers for a store. A chunk that exists, or was placed a moment ago, gets its own members: two writers of one chunk
     * always meet. The first is the one to send it to. The answer is for one store, or its retries: another one asks again.
     *
     * <p>Completes exceptionally with {@code NOT_LEADING} when another master was elected to say so, with {@code TOO_FEW_SERVERS} or
     * {@code INSUFFICIENT_SPACE} when a new chunk cannot have its copies, with {@code UNREACHABLE} when the servers that have it are gone,
     * with {@code MASTER_STARTING} when they may not have joined yet a master that was started or elected a moment ago, and with
     * {@code CONFLICTING_COPIES} when one version of the chunk was reported under two transactions.
     */
    CompletionStage<ChunkCopies> place(PlacementRequest request);

    /**
     * Names the living servers that have the newest version of a chunk that was reported; a master that was started a moment ago may not have been
     * told the newest yet.
     *
     * <p>Completes exceptionally with {@code CHUNK_NOT_FOUND} when there is none, {@code UNREACHABLE}, naming the servers, when all
     * that have it are gone, {@code CONFLICTING_COPIES}, and with {@code MASTER_STARTING} when no server has told of it and the master was
     * started a moment ago, or a server that has joined has not told yet all that it has.
     *
     * @param near the nearest to here comes first; null for any order
     */
    CompletionStage<ChunkCopies> locate(ChunkId chunk, @Nullable Location near);

    /**
     * A page of the cluster's chunks in the order of their ids, deleted ones left out.
     *
     * <p>Completes exceptionally with {@code MASTER_STARTING} while the list might lack chunks, as {@link #locate} does.
     *
     * @param pathPrefix what their paths start with; empty for all
     * @param after      the id after which the page starts; null for the first page
     * @param limit      the most that is returned, 1 or above; an empty page means that the end is reached
     */
    CompletionStage<List<ListedChunk>> list(String pathPrefix, @Nullable ChunkId after, int limit);

    /**
     * How many chunks a server that is being drained is still needed for: those of which it has the newest version, and that have too few
     * copies on servers that are neither dead nor drained, also where no other server could take one; and deletions that it knows of and
     * that fewer others do than there could. At 0 it can go.
     *
     * <p>Completes exceptionally with {@code NOT_REGISTERED} when the server is not known, and with {@code BUSY} when it has not told yet
     * that it is drained, has transactions open, or has not reported all its chunks.
     */
    CompletionStage<Long> needed(ServerId server);

    /** The cluster at this moment. */
    CompletionStage<ClusterStatus> status();
}
