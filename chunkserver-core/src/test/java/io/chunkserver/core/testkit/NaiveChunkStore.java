package io.chunkserver.core.testkit;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a store holds, so plainly that it is right by reading. The model with which properties compare a store. */
final class NaiveChunkStore {

    /**
     * A version.
     *
     * @param tombstone true for the version that says the chunk is deleted
     */
    record Version(ChunkId chunk, ChunkVersion number, StageKey key, boolean tombstone, int lengthBytes) {

        /** Its bytes, others for each transaction. */
        byte[] bytes() {
            byte[] bytes = new byte[lengthBytes];
            new Random(key.transaction().sequence()).nextBytes(bytes);
            return bytes;
        }
    }

    private final Map<StageKey, Version> staged = new LinkedHashMap<>();
    private final SortedMap<ChunkId, Version> published = new TreeMap<>();

    void stage(Version version) {
        staged.put(version.key(), version);
    }

    /** Whether a publication succeeds: the version is newer than the published one, or is the published one. */
    boolean publish(Version version) {
        Version current = published.get(version.chunk());
        if (current != null && current.key().equals(version.key())) {
            return true;
        }
        if (current != null && !version.number().isNewerThan(current.number())) {
            return false;
        }
        published.put(version.chunk(), version);
        staged.remove(version.key());
        return true;
    }

    void discard(Version version) {
        staged.remove(version.key());
    }

    /** Whether there was something to delete. */
    boolean delete(ChunkId chunk, ChunkVersion version) {
        boolean there =
                published(chunk).filter(found -> found.number().equals(version)).isPresent();
        if (there) {
            published.remove(chunk);
        }
        return there;
    }

    Optional<Version> published(ChunkId chunk) {
        return Optional.ofNullable(published.get(chunk));
    }

    /** In the order of their ids. */
    List<Version> published() {
        return new ArrayList<>(published.values());
    }

    /** In the order in which they were staged. */
    List<Version> staged() {
        return new ArrayList<>(staged.values());
    }
}
