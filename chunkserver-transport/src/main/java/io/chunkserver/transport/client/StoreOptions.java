package io.chunkserver.transport.client;

import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.transport.ServerAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a chunk is stored or deleted.
 *
 * @param replicas     the other servers that shall have it, or have it, beside the primary
 * @param copies       when the primary is to choose the others with its master: how many servers shall have it, 0 for as many as the
 *                     master is configured for; null when {@code replicas} says all
 * @param durability   what every member guarantees before it votes; null for what the primary is set to
 * @param expectedBase the version that must be the committed one (compare-and-set); null to replace any
 * @param attributes   kept with the chunk; a delete has none
 * @param timeout      how long it may take, retries included; at most {@link StoreRequest#MAX_TIMEOUT}
 * @param transaction  the id of an earlier try whose outcome is not known; null for a new one
 * @param placed       a master has named the servers for this store, {@code replicas} beside the primary or the primary alone: it asks none
 *                     itself. An older one goes by {@code copies} where it is alone
 * @param placementEpoch as the master told it that named the servers ({@link io.chunkserver.core.membership.ChunkCopies#epoch}): they
 *                     refuse once they know that it was replaced; 0 when no master was asked
 */
public record StoreOptions(
        List<ServerAddress> replicas,
        @Nullable Integer copies,
        @Nullable Durability durability,
        @Nullable ChunkVersion expectedBase,
        Attributes attributes,
        Duration timeout,
        @Nullable TransactionId transaction,
        boolean placed,
        long placementEpoch) {

    /** One copy, replacing any, as durable as the server is set to. */
    public static final StoreOptions DEFAULT = new StoreOptions(
            List.of(), null, null, null, Attributes.NONE, StoreRequest.DEFAULT_TIMEOUT, null, false, 0);

    public StoreOptions {
        replicas = List.copyOf(replicas);
        if (timeout.toMillis() < 1) {
            throw new IllegalArgumentException("a timeout of " + timeout + " is below 1 ms");
        }
        if (timeout.compareTo(StoreRequest.MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException("a timeout of " + timeout + " is above " + StoreRequest.MAX_TIMEOUT);
        }
    }

    public StoreOptions withReplicas(List<ServerAddress> others) {
        return new StoreOptions(
                others, null, durability, expectedBase, attributes, timeout, transaction, placed, placementEpoch);
    }

    /** Has the primary choose the other servers with its master; deletes are not affected. */
    public StoreOptions withCopies(int number) {
        return new StoreOptions(
                List.of(), number, durability, expectedBase, attributes, timeout, transaction, false, 0);
    }

    public StoreOptions withDurability(@Nullable Durability newDurability) {
        return new StoreOptions(
                replicas,
                copies,
                newDurability,
                expectedBase,
                attributes,
                timeout,
                transaction,
                placed,
                placementEpoch);
    }

    public StoreOptions withExpectedBase(@Nullable ChunkVersion base) {
        return new StoreOptions(
                replicas, copies, durability, base, attributes, timeout, transaction, placed, placementEpoch);
    }

    public StoreOptions withAttributes(Attributes newAttributes) {
        return new StoreOptions(
                replicas,
                copies,
                durability,
                expectedBase,
                newAttributes,
                timeout,
                transaction,
                placed,
                placementEpoch);
    }

    public StoreOptions withTimeout(Duration newTimeout) {
        return new StoreOptions(
                replicas,
                copies,
                durability,
                expectedBase,
                attributes,
                newTimeout,
                transaction,
                placed,
                placementEpoch);
    }

    public StoreOptions withTransaction(@Nullable TransactionId id) {
        return new StoreOptions(
                replicas, copies, durability, expectedBase, attributes, timeout, id, placed, placementEpoch);
    }

    /** On servers that a master has named for this store, which leads by this epoch; 0 for one that was not elected. */
    public StoreOptions withPlacementEpoch(long epoch) {
        return new StoreOptions(
                replicas, copies, durability, expectedBase, attributes, timeout, transaction, true, epoch);
    }
}
