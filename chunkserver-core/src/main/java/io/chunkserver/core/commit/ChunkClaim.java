package io.chunkserver.core.commit;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says that a chunk is a participant's business, from before anything is begun on it: a server with several volumes gives it no other one
 * meanwhile. Thread-safe; nothing waits.
 */
public final class ChunkClaim implements AutoCloseable {

    private final Participant participant;
    private final Runnable end;
    private final AtomicBoolean closed = new AtomicBoolean();

    ChunkClaim(Participant participant, Runnable end) {
        this.participant = participant;
        this.end = end;
    }

    public Participant participant() {
        return participant;
    }

    /** What was begun meanwhile holds the chunk by itself. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            end.run();
        }
    }
}
