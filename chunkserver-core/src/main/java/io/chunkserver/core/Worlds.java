package io.chunkserver.core;

import io.chunkserver.core.commit.Environment;
import java.util.concurrent.Executor;

/** The world as each volume of a server sees it. Safe for many threads. */
interface Worlds {

    /** For one more volume. */
    Environment next();

    /** Helps to open a volume in this world, where somebody may wait for it; else does it at once. */
    Executor helper(Environment world);

    /** Ends what was made for a volume that was not opened. */
    void end(Environment world);

    /** One for all, as a simulation has, whose one thread cannot wait for another task. */
    static Worlds same(Environment given) {
        return new Worlds() {

            @Override
            public Environment next() {
                return given;
            }

            @Override
            public Executor helper(Environment world) {
                return Runnable::run;
            }

            @Override
            public void end(Environment world) {
                // It is not the server's.
            }
        };
    }
}
