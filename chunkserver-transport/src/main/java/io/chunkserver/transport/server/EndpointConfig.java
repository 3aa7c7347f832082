package io.chunkserver.transport.server;

import java.time.Duration;

/**
 * The limits of a {@link ServerEndpoint} or {@link MasterEndpoint}. How many connections there are is the transport's to bound.
 *
 * <p>Memory: a store that comes in holds at most {@code windowBlocks} blocks and what the transport reads at once, a read that goes out
 * at most {@code unsentBlocks}; {@code maxTransfers} of them go on at the same time. A transfer goes on until its last byte is sent: clients
 * that take nothing count as long as anything is kept for them.
 *
 * @param windowBlocks     blocks of one store that are not yet on the disk or not yet passed on, beyond which no more are read from
 *                         the connection; default 16, which is 1 MiB
 * @param unsentBlocks     blocks of one read that are handed to the connection and not yet sent; default 8: enough to keep a
 *                         link busy while the next block is read
 * @param maxTransfers     stores, deletes, prepares, reads and copies that go on at the same time; further ones are refused as
 *                         {@code OVERLOADED}. Control messages are not counted, so that what is under way can end. Default 128
 * @param workers          threads for lists and for what operators order, which may wait for a disk; default 8. Blocks are read on the threads
 *                         of their disk
 * @param stallTimeout     how long a client may take no byte of what it asked for, or send no block of what it stores though the
 *                         server would take one; default 30 s, which a pause of its machine or network does not reach, and half of
 *                         what a transfer may take by default. A member of a chain that hears nothing waits twice as long, so that
 *                         the one before it tells first
 * @param handshakeTimeout how long a new connection may be silent; default 5 s
 * @param closeTimeout     how long closing waits for the exchanges under way; default 10 s
 */
public record EndpointConfig(
        int windowBlocks,
        int unsentBlocks,
        int maxTransfers,
        int workers,
        Duration stallTimeout,
        Duration handshakeTimeout,
        Duration closeTimeout) {

    public static final EndpointConfig DEFAULT =
            new EndpointConfig(16, 8, 128, 8, Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(10));

    public EndpointConfig {
        if (windowBlocks < 1 || unsentBlocks < 1 || maxTransfers < 1 || workers < 1) {
            throw new IllegalArgumentException("limits of an endpoint must be 1 or above: a window of " + windowBlocks
                    + " blocks, " + unsentBlocks + " unsent blocks, " + maxTransfers + " transfers, " + workers
                    + " workers");
        }
        if (stallTimeout.toMillis() < 1 || handshakeTimeout.toMillis() < 1 || closeTimeout.isNegative()) {
            throw new IllegalArgumentException("stall timeout " + stallTimeout + ", handshake timeout "
                    + handshakeTimeout + " or close timeout " + closeTimeout + " is too short");
        }
    }

    public EndpointConfig withMaxTransfers(int transfers) {
        return new EndpointConfig(
                windowBlocks, unsentBlocks, transfers, workers, stallTimeout, handshakeTimeout, closeTimeout);
    }

    public EndpointConfig withStallTimeout(Duration timeout) {
        return new EndpointConfig(
                windowBlocks, unsentBlocks, maxTransfers, workers, timeout, handshakeTimeout, closeTimeout);
    }

    public EndpointConfig withHandshakeTimeout(Duration timeout) {
        return new EndpointConfig(
                windowBlocks, unsentBlocks, maxTransfers, workers, stallTimeout, timeout, closeTimeout);
    }

    public EndpointConfig withCloseTimeout(Duration timeout) {
        return new EndpointConfig(
                windowBlocks, unsentBlocks, maxTransfers, workers, stallTimeout, handshakeTimeout, timeout);
    }
}
