package io.chunkserver.core.model;

/**
 * The version of a chunk: 1 for its first committed store, one more for each store or delete after it.
 *
 * @param number 0 or above; 0 is {@link #NONE}
 */
public record ChunkVersion(long number) implements Comparable<ChunkVersion> {

    /** The version of a chunk that was never stored. */
    public static final ChunkVersion NONE = new ChunkVersion(0);

    public ChunkVersion {
        if (number < 0) {
            throw new IllegalArgumentException("chunk version " + number + " is below 0");
        }
    }

    /** The version that a transaction based on this one creates. */
    public ChunkVersion next() {
        return new ChunkVersion(Math.addExact(number, 1));
    }

    public boolean isNewerThan(ChunkVersion other) {
        return number > other.number;
    }

    @Override
    public int compareTo(ChunkVersion other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return Long.toString(number);
    }
}
