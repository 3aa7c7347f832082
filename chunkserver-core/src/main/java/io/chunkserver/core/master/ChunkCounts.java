package io.chunkserver.core.master;

/** How many chunks there are and how many of them are in which trouble, kept up with each assessment. Guarded by the master's lock. */
final class ChunkCounts {

    static final int EXISTS = 1;
    static final int UNDER_REPLICATED = 1 << 1;
    static final int WITHOUT_COPY = 1 << 2;
    static final int CONFLICTING = 1 << 3;
    static final int STALE = 1 << 4;

    private long chunks;
    private long underReplicated;
    private long withoutCopy;
    private long conflicting;
    private long stale;

    /** Counts a chunk anew. */
    void count(Chunk chunk, int marks) {
        if (chunk.counted != marks) {
            add(chunk.counted, -1);
            add(marks, 1);
            chunk.counted = (byte) marks;
        }
    }

    private void add(int marks, int sign) {
        chunks += (marks & EXISTS) != 0 ? sign : 0;
        underReplicated += (marks & UNDER_REPLICATED) != 0 ? sign : 0;
        withoutCopy += (marks & WITHOUT_COPY) != 0 ? sign : 0;
        conflicting += (marks & CONFLICTING) != 0 ? sign : 0;
        stale += (marks & STALE) != 0 ? sign : 0;
    }

    long chunks() {
        return chunks;
    }

    long underReplicated() {
        return underReplicated;
    }

    long withoutCopy() {
        return withoutCopy;
    }

    long conflicting() {
        return conflicting;
    }

    long stale() {
        return stale;
    }
}
