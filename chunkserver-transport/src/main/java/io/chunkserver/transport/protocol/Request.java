package io.chunkserver.transport.protocol;

import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.transport.ServerAddress;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a server can be asked; a master hears {@link MasterRequest}s and a chunk server the others.
 *
 * <p>Every request says how much time is left for it, as a duration and not as an instant, since clocks differ. It travels in
 * whole milliseconds, at least 1 and at most {@link #MAX_TIMEOUT}.
 */
public sealed interface Request
        permits Request.Store,
                Request.Delete,
                Request.Prepare,
                Request.Commit,
                Request.Abort,
                Request.Inquire,
                Request.Holds,
                Request.Fetch,
                Request.Read,
                Request.Stat,
                Request.Verify,
                Request.ScrubStart,
                Request.ScrubState,
                Request.ListChunks,
                Request.Status,
                Request.Drain,
                Request.Resume,
                Request.EmptyDirectory,
                Request.AddDirectory,
                Request.Transactions,
                Request.Transaction,
                Request.SettleByHand,
                MasterRequest {

    /** The longest time that a request may take. */
    Duration MAX_TIMEOUT = Duration.ofDays(1);

    /** The most servers that a client may name beside the one it talks to. */
    int MAX_REPLICAS = PrepareRequest.MAX_MEMBERS - 1;

    /** How long the answer may take from now. */
    Duration timeout();

    /**
     * Stores a chunk on the server asked and on others; DATA and END frames follow.
     *
     * @param transaction    the client's id for this, the same in all retries
     * @param chunk          the chunk
     * @param maxLengthBytes the most bytes that will come
     * @param base           the version that must be the committed one, or null to replace any
     * @param attributes     kept with the chunk
     * @param durability     null for the server's default
     * @param replicas       the other servers that shall have the chunk
     * @param copies         without {@code replicas} the server asked chooses the members with its master, if it has one: how many servers
     *                       shall have the chunk; 0 or null for as many as the master is configured for
     * @param placed         a master has named the members for this store, also where they are the server asked alone: it asks none
     */
    record Store(
            TransactionId transaction,
            ChunkId chunk,
            long maxLengthBytes,
            @Nullable ChunkVersion base,
            Attributes attributes,
            @Nullable Durability durability,
            List<ServerAddress> replicas,
            @Nullable Integer copies,
            Duration timeout,
            boolean placed,
            long placementEpoch)
            implements Request {

        public Store {
            replicas = checkedReplicas(replicas);
            if (copies != null && !replicas.isEmpty()) {
                throw new IllegalArgumentException(
                        "chunk " + chunk + " goes to named replicas, or to as many as are chosen, not both");
            }
            if (copies != null && (copies < 0 || copies > PlacementRequest.MAX_COPIES)) {
                throw new IllegalArgumentException(copies + " copies of chunk " + chunk + "; at most "
                        + PlacementRequest.MAX_COPIES + " are possible");
            }
            if (maxLengthBytes < 0) {
                throw new IllegalArgumentException("length " + maxLengthBytes + " of chunk " + chunk + " is below 0");
            }
        }
    }

    /**
     * Deletes a chunk on the server asked and on others.
     *
     * @param transaction the client's id for this, the same in all retries
     * @param base        the version that must be the committed one, or null for any
     * @param durability  null for the server's default
     * @param replicas    the other servers that have the chunk
     * @param placed      as in {@link Store}
     */
    record Delete(
            TransactionId transaction,
            ChunkId chunk,
            @Nullable ChunkVersion base,
            @Nullable Durability durability,
            List<ServerAddress> replicas,
            Duration timeout,
            boolean placed,
            long placementEpoch)
            implements Request {

        public Delete {
            replicas = checkedReplicas(replicas);
        }
    }

    /** The first phase's question to a member of a chain; DATA and END frames follow, after a tombstone nothing. */
    record Prepare(PrepareRequest prepare) implements Request {

        @Override
        public Duration timeout() {
            return prepare.timeout();
        }
    }

    /** The second phase: commit. */
    record Commit(TransactionId transaction, Attempt attempt, ChunkId chunk, Duration timeout) implements Request {}

    /** The second phase: abort. */
    record Abort(TransactionId transaction, Attempt attempt, ChunkId chunk, Duration timeout) implements Request {}

    /**
     * What became of an attempt?
     *
     * @param coordinatorLogId the log in which the decision would be
     */
    record Inquire(TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId, Duration timeout)
            implements Request {}

    /** May the server be relied on for this version, or a newer one? */
    record Holds(ChunkId chunk, ChunkVersion version, TransactionId transaction, Duration timeout) implements Request {}

    /**
     * Copies the published version of a chunk, which may be a tombstone, in whole blocks.
     *
     * @param atLeast the oldest version that will do
     * @param offset  the first byte that the one who asks does not have: the copy begins with the block that holds it
     */
    record Fetch(ChunkId chunk, ChunkVersion atLeast, long offset, Duration timeout) implements Request {

        public Fetch {
            if (offset < 0) {
                throw new IllegalArgumentException("offset " + offset + " of chunk " + chunk + " is below 0");
            }
        }
    }

    /**
     * Reads bytes of a chunk.
     *
     * @param offset the first byte
     * @param length how many bytes, or null for all up to the end
     */
    record Read(ChunkId chunk, long offset, @Nullable Long length, ReadMode mode, Duration timeout) implements Request {

        public Read {
            if (offset < 0 || (length != null && (length < 0 || offset > Long.MAX_VALUE - length))) {
                throw new IllegalArgumentException(
                        "read of " + length + " bytes at offset " + offset + " of chunk " + chunk + " is not a range");
            }
        }
    }

    /** What is known of a chunk without reading its bytes. */
    record Stat(ChunkId chunk, Duration timeout) implements Request {}

    /** Is a chunk right? The server reads all of it and compares it with every checksum. */
    record Verify(ChunkId chunk, Duration timeout) implements Request {}

    /** Examine all chunks now, at the speed that the server is configured for. */
    record ScrubStart(Duration timeout) implements Request {}

    /** How far has the examination of all chunks got? */
    record ScrubState(Duration timeout) implements Request {}

    /**
     * A page of the server's chunks in the order of their ids.
     *
     * @param prefix what their paths start with; empty for all
     * @param after  the id after which the page starts; null for the first page
     * @param limit  the most chunks in the answer, 1 to {@value #MAX_LIMIT}
     */
    record ListChunks(String prefix, @Nullable ChunkId after, int limit, Duration timeout) implements Request {

        /** The most chunks in a page. */
        public static final int MAX_LIMIT = 1000;

        public ListChunks {
            check(prefix, limit);
        }

        static void check(String prefix, int limit) {
            if (prefix.length() > ChunkId.MAX_PATH_BYTES) {
                throw new IllegalArgumentException("prefix of " + prefix.length() + " characters is longer than the "
                        + ChunkId.MAX_PATH_BYTES + " bytes of a path");
            }
            if (limit < 1 || limit > MAX_LIMIT) {
                throw new IllegalArgumentException("limit " + limit + " is not within 1 to " + MAX_LIMIT);
            }
        }
    }

    /** How the server is. */
    record Status(Duration timeout) implements Request {}

    /** Takes no new chunks until {@link Resume}, also after a restart. */
    record Drain(Duration timeout) implements Request {}

    /** Takes new chunks again. */
    record Resume(Duration timeout) implements Request {}

    /**
     * Moves the chunks of one data directory to the server's others, also after a restart.
     *
     * @param directory its own id
     * @param wanted    false to have it take chunks again
     */
    record EmptyDirectory(UUID directory, boolean wanted, Duration timeout) implements Request {}

    /**
     * Gives the server another data directory while it runs.
     *
     * @param path on the server's machine
     */
    record AddDirectory(String path, Duration timeout) implements Request {

        /** As long as a path can be on Linux. */
        public static final int MAX_PATH_CHARACTERS = 4096;

        public AddDirectory {
            if (path.isEmpty() || path.length() > MAX_PATH_CHARACTERS || path.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("path of " + path.length() + " characters is not one of 1 to "
                        + MAX_PATH_CHARACTERS + " characters without NUL");
            }
        }
    }

    /** The transactions that are open at the server. */
    record Transactions(Duration timeout) implements Request {}

    /** One transaction as the server sees it. */
    record Transaction(TransactionId transaction, Duration timeout) implements Request {}

    /**
     * An operator settles a transaction whose outcome nobody can tell, at this server alone.
     *
     * @param commit what the operator chose
     */
    record SettleByHand(TransactionId transaction, boolean commit, Duration timeout) implements Request {}

    private static List<ServerAddress> checkedReplicas(List<ServerAddress> replicas) {
        if (replicas.size() > MAX_REPLICAS) {
            throw new IllegalArgumentException(
                    replicas.size() + " replicas are named; at most " + MAX_REPLICAS + " are allowed");
        }
        return List.copyOf(replicas);
    }
}
