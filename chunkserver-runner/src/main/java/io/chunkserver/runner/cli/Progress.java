package io.chunkserver.runner.cli;

/** Hears how far a transfer is. Used by one thread at a time. */
sealed interface Progress extends AutoCloseable permits ProgressBar, Progress.Silent {

    /** So many bytes are done; may go back when a part is tried again. */
    void at(long positionBytes);

    @Override
    void close();

    /** Shows nothing. */
    record Silent() implements Progress {
        @Override
        public void at(long positionBytes) {}

        @Override
        public void close() {}
    }
}
