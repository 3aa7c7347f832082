package io.chunkserver.core;

import io.chunkserver.core.commit.AttemptNumbers;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a chunk is on one volume: when two have it, as after a volume had failed and a copy came to another one, or while one is
 * emptied, the newest copy stays. The other is removed only when that one was read whole and is durable; until then the chunk takes space
 * twice, and reads go to the newest. Two copies of one version by two transactions are told and left alone.
 *
 * <p>Thread-safe; nothing waits.
 */
final class DuplicateCopies {

    private static final Logger LOG = LoggerFactory.getLogger(DuplicateCopies.class);

    private static final int PAGE = 5000;

    private final Volumes volumes;
    private final AttemptNumbers attempts;

    /** Those on which somebody was at work. */
    private final Set<ChunkId> again = ConcurrentHashMap.newKeySet();

    DuplicateCopies(Volumes volumes, AttemptNumbers attempts) {
        this.volumes = volumes;
        this.attempts = attempts;
    }

    /** Looks at all chunks, a page at a time on the disk's threads of the volume that they are on. */
    void begin() {
        if (volumes.all().size() > 1) {
            volumes.all().forEach(volume -> lookAt(volume, null));
        }
    }

    private void lookAt(Volume volume, @Nullable ChunkId after) {
        try {
            volume.participant().environment().disk().execute(() -> lookAtPage(volume, after));
        } catch (RejectedExecutionException closing) {
            LOG.debug("the server closes, the next start looks again");
        }
    }

    private void lookAtPage(Volume volume, @Nullable ChunkId after) {
        List<ChunkInfo> page = volume.store().list("", after, PAGE);
        page.forEach(info -> changed(info.id()));
        if (page.size() == PAGE) {
            lookAt(volume, page.get(page.size() - 1).id());
        }
    }

    /** Looks again at those that could not be decided. */
    void runOnce() {
        for (ChunkId chunk : List.copyOf(again)) {
            again.remove(chunk);
            changed(chunk);
        }
    }

    /** A version of the chunk was published or removed. */
    void changed(ChunkId chunk) {
        List<Volume> holders = volumes.inService()
                .filter(volume -> volume.store().stat(chunk).isPresent())
                .toList();
        if (holders.size() < 2) {
            return;
        }
        Volume keeper = holders.stream()
                .max(Comparator.comparing((Volume volume) -> volume.committedVersion(chunk))
                        .thenComparing(Volume::keepsChunks)
                        .thenComparing(volume -> !volumes.isLeaving(chunk, volume)))
                .orElseThrow();
        for (Volume other : holders) {
            Optional<ChunkInfo> kept = keeper.store().stat(chunk);
            Optional<ChunkInfo> old = other.store().stat(chunk);
            if (other != keeper && kept.isPresent() && old.isPresent()) {
                var unused = remove(keeper, kept.get(), other, old.get())
                        .whenComplete((removed, failure) -> log(kept.get(), keeper, other, removed, failure));
            }
        }
    }

    /** Completes with whether it was removed; exceptionally when the newer copy is not good, or the disk failed. */
    private CompletionStage<Boolean> remove(Volume keeper, ChunkInfo kept, Volume other, ChunkInfo old) {
        boolean same = kept.transaction().equals(old.transaction());
        if (!kept.version().isNewerThan(old.version()) && !same) {
            LOG.error(
                    "defect: version {} of chunk {} is in {} by transaction {} and in {} by transaction {}; both stay",
                    kept.version(),
                    kept.id(),
                    keeper,
                    kept.transaction(),
                    other,
                    old.transaction());
            return CompletableFuture.completedFuture(false);
        }
        CompletionStage<?> read = kept.tombstone()
                ? CompletableFuture.completedFuture(kept)
                : keeper.reads().verify(kept.id());
        return read.thenCompose(sound -> keeper.participant().published(kept.id()))
                .thenCompose(durable -> move(keeper, kept, other, old));
    }

    /** Whoever was to remove the kept one has lost its claim by this: of two removals in opposite directions one finds nothing to keep. */
    private CompletionStage<Boolean> move(Volume keeper, ChunkInfo kept, Volume other, ChunkInfo old) {
        if (!volumes.beginMove(old, other, kept, keeper)) {
            again.add(old.id());
            return CompletableFuture.completedFuture(false);
        }
        return other.participant()
                .remove(old.id(), old.version(), old.transaction(), attempts.next())
                .whenComplete((removed, failure) -> volumes.endMove(old.id()));
    }

    private static void log(
            ChunkInfo kept, Volume keeper, Volume other, @Nullable Boolean removed, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.warn(
                    "chunk {} is in {} and in {}, and stays in both: {}",
                    kept.id(),
                    keeper,
                    other,
                    ChunkServerException.from(failure).failure().describe());
        } else if (Boolean.TRUE.equals(removed)) {
            LOG.info("chunk {} version {} is in {}; removed from {}", kept.id(), kept.version(), keeper, other);
        }
    }
}
