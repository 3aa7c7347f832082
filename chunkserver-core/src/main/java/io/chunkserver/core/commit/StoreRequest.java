package io.chunkserver.core.commit;

import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client wants done with one chunk: store new bytes, or delete it.
 *
 * @param transaction    the client's id for this, the same in all retries
 * @param chunk          the chunk
 * @param tombstone      true to delete
 * @param maxLengthBytes the most bytes that will come; so much space is reserved
 * @param expectedBase   the version that must be the committed one (compare-and-set), or null to replace any
 * @param attributes     kept with the chunk
 * @param durability     what every member guarantees before it votes
 * @param timeout        how long it may take from now until the client is answered; at most {@link #MAX_TIMEOUT}
 * @param placementEpoch that of the leading master which named the members; once a server knows a newer one it takes no part any more.
 *                       0 where masters are not elected, and when no master was asked
 */
public record StoreRequest(
        TransactionId transaction,
        ChunkId chunk,
        boolean tombstone,
        long maxLengthBytes,
        @Nullable ChunkVersion expectedBase,
        Attributes attributes,
        Durability durability,
        Duration timeout,
        long placementEpoch) {

    /** How long a store may take when the caller does not say: a 1 GiB chunk at 20 MB/s. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    /**
     * The longest that a store may take. A master remembers for twice as long where it has placed a chunk, which leaves a client as much
     * time to begin: no two stores that it does not know of together are under way.
     */
    public static final Duration MAX_TIMEOUT = Duration.ofMinutes(10);

    /** On members that no elected master has named. */
    public StoreRequest(
            TransactionId transaction,
            ChunkId chunk,
            boolean tombstone,
            long maxLengthBytes,
            @Nullable ChunkVersion expectedBase,
            Attributes attributes,
            Durability durability,
            Duration timeout) {
        this(transaction, chunk, tombstone, maxLengthBytes, expectedBase, attributes, durability, timeout, 0);
    }

    public StoreRequest {
        if (placementEpoch < 0) {
            throw new IllegalArgumentException("epoch " + placementEpoch + " is below 0");
        }
        if (maxLengthBytes < 0) {
            throw new IllegalArgumentException("length " + maxLengthBytes + " of chunk " + chunk + " is below 0");
        }
        if (tombstone && maxLengthBytes != 0) {
            throw new IllegalArgumentException("a delete of chunk " + chunk + " carries no bytes");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout " + timeout + " for chunk " + chunk + " has passed");
        }
        if (timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "timeout " + timeout + " for chunk " + chunk + " is above " + MAX_TIMEOUT);
        }
    }

    /** The same on members that the leader of this epoch has named; 0 when it was not elected. */
    public StoreRequest placedIn(long epoch) {
        return new StoreRequest(
                transaction, chunk, tombstone, maxLengthBytes, expectedBase, attributes, durability, timeout, epoch);
    }

    /** What is to be admitted. */
    public Admission.Kind kind() {
        return tombstone ? Admission.Kind.DELETE : Admission.Kind.STORE;
    }

    public Optional<ChunkVersion> base() {
        return Optional.ofNullable(expectedBase);
    }
}
