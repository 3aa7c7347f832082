package io.chunkserver.core.model;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Makes the transaction ids of one client. Thread-safe; no two ids of one instance are equal. */
public final class TransactionIds {

    private final String client;
    private final InstantSource clock;
    private final AtomicLong sequence = new AtomicLong();

    /**
     * @param client a name that no other client has, nor this one had before, such as one with a random part
     * @param clock  tells the start times
     */
    public TransactionIds(String client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    public TransactionId next() {
        return new TransactionId(client, Math.max(0, clock.millis()), sequence.getAndIncrement());
    }
}
