package io.chunkserver.core.replication;

/**
 * How much of a server the orders of its masters may take.
 *
 * @param maxOpen            orders that are taken and not ended; what comes beyond is dropped, and given again by its master. Default 256,
 *                           four replies full
 * @param maxConcurrent      orders that are being carried out. Default 4, so that the waits of copies for disks and sources overlap
 * @param copyBytesPerSecond what copies may write. Default 50 MiB, half of what a gigabit network carries
 */
public record OrderConfig(int maxOpen, int maxConcurrent, long copyBytesPerSecond) {

    public static final OrderConfig DEFAULT = new OrderConfig(256, 4, 50L << 20);

    public OrderConfig {
        if (maxConcurrent < 1 || maxOpen < maxConcurrent || copyBytesPerSecond < 1) {
            throw new IllegalArgumentException(maxOpen + " open and " + maxConcurrent + " concurrent orders at "
                    + copyBytesPerSecond + " bytes per second cannot be");
        }
    }
}
