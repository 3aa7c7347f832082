package io.chunkserver.core.commit;

import io.chunkserver.core.model.Attempt;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers the attempts of one run of a server: those that it coordinates and the copies that it takes in, out of one sequence, so that no
 * two staged files of it ever have one name. Thread-safe.
 */
public final class AttemptNumbers {

    private final long boot;
    private final AtomicLong last = new AtomicLong();

    /**
     * @param boot how often the server was started, the first part of every number
     */
    public AttemptNumbers(long boot) {
        this.boot = boot;
    }

    /** A number that was never given before. */
    public Attempt next() {
        return new Attempt(boot, last.incrementAndGet());
    }
}
