package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

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

    /** Every version that was ever finished. */
    private final Map<StageKey, Version> finished = new LinkedHashMap<>();

    /** What was published of a chunk at any time since publications were forced, nothing included, but for what is now. */
    private final Map<ChunkId, Set<Optional<Version>>> before = new HashMap<>();

    /** Versions that were published since publications were forced. */
    private final Set<StageKey> unforced = new HashSet<>();

    /** Nothing makes it durable that they are gone. */
    private final Set<StageKey> discarded = new HashSet<>();

    void stage(Version version) {
        finished.put(version.key(), version);
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
        keepBefore(version.chunk());
        published.put(version.chunk(), version);
        staged.remove(version.key());
        unforced.add(version.key());
        return true;
    }

    private void keepBefore(ChunkId chunk) {
        before.computeIfAbsent(chunk, unforced -> new HashSet<>()).add(published(chunk));
    }

    void discard(Version version) {
        staged.remove(version.key());
        discarded.add(version.key());
    }

    /** Whether there was something to delete. */
    boolean delete(ChunkId chunk, ChunkVersion version) {
        boolean there =
                published(chunk).filter(found -> found.number().equals(version)).isPresent();
        if (there) {
            keepBefore(chunk);
            published.remove(chunk);
        }
        return there;
    }

    void forcePublished() {
        before.clear();
        unforced.clear();
    }

    /**
     * Goes on with what was found after a crash, if a crash may leave that: of each chunk what is published, or what was since
     * publications were forced last, and then what is published can be published again; all that was staged, and maybe what was
     * before it was published or discarded.
     */
    void crashed(List<StageKey> publishedNow, List<StageKey> stagedNow) {
        assertThat(finished.keySet())
                .as("versions that were ever finished")
                .containsAll(publishedNow)
                .containsAll(stagedNow);
        assertThat(stagedNow).as("staged versions after a crash").containsAll(staged.keySet());
        Map<ChunkId, Version> found = new HashMap<>();
        for (StageKey key : publishedNow) {
            Version version = finished.get(key);
            found.put(version.chunk(), version);
        }
        Set<ChunkId> chunks = new TreeSet<>(found.keySet());
        chunks.addAll(published.keySet());
        for (ChunkId chunk : chunks) {
            crashed(chunk, Optional.ofNullable(found.get(chunk)), stagedNow);
        }
        for (StageKey key : stagedNow) {
            assertThat(staged.containsKey(key) || unforced.contains(key) || discarded.contains(key))
                    .as("a crash may bring back %s as staged", finished.get(key))
                    .isTrue();
            staged.put(key, finished.get(key));
        }
        published.clear();
        published.putAll(found);
    }

    private void crashed(ChunkId chunk, Optional<Version> found, List<StageKey> stagedNow) {
        Optional<Version> last = published(chunk);
        if (!found.equals(last)) {
            assertThat(before.getOrDefault(chunk, Set.of()))
                    .as("what a crash may leave of chunk %s in place of %s", chunk, last)
                    .contains(found);
            last.map(Version::key)
                    .filter(unforced::contains)
                    .ifPresent(key -> assertThat(stagedNow)
                            .as("staged versions, with the one whose publication was lost")
                            .contains(key));
        }
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
