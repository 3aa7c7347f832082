package io.chunkserver.runner.bench;

import java.io.Closeable;
import java.io.IOException;

/** One kind of operation that is done again and again. Safe for many threads. */
public interface Workload extends Closeable {

    /**
     * Begins the part of one thread.
     *
     * @param index from 0
     */
    Worker worker(int index) throws IOException;

    /** One thread's part. */
    interface Worker extends Closeable {

        /**
         * Does it once.
         *
         * @return how many bytes were moved for the one who asked
         */
        long operate() throws IOException;
    }
}
