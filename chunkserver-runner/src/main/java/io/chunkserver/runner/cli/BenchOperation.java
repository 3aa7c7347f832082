package io.chunkserver.runner.cli;

/** What {@code bench} does over and over. The names are the words of {@code --op}. */
enum BenchOperation {
    /** Store a new chunk. */
    put,
    /** Read a whole chunk. */
    get,
    /** Read a part of a chunk. */
    pread;

    /** How many bytes one operation moves, of chunks of so many bytes. */
    long movedBytes(long chunkBytes, long rangeBytes) {
        return this == pread ? rangeBytes : chunkBytes;
    }
}
