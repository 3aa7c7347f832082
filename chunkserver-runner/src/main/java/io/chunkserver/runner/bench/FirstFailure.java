package io.chunkserver.runner.bench;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Keeps what failed while several things are done that do not depend on each other. For one thread. */
final class FirstFailure {

    private @Nullable IOException failure;

    /** Does it; a failure waits for {@link #throwIfAny}. */
    void keep(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            if (failure == null) {
                failure = e;
            } else if (!failure.equals(e)) {
                failure.addSuppressed(e);
            }
        }
    }

    /** Throws the first failure, with the others suppressed. */
    void throwIfAny() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    /** One of the things that are done. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }
}
