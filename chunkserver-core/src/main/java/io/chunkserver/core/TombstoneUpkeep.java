package io.chunkserver.core;

import io.chunkserver.core.commit.AttemptNumbers;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.store.FileChunkStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes tombstones after their time, a page of chunks in each step.
 *
 * <p>A tombstone is as old as its file or its transaction, whichever is younger: one is told by the clock of this machine and changed by a
 * restore from a copy, the other by the clock of a client. A server that has a master keeps them all, for no master knows whether a
 * server that is away has an older version; without one, a delete that is committed is on every member that its caller named.
 *
 * <p>One thread at a time takes steps.
 */
final class TombstoneUpkeep {

    private static final Logger LOG = LoggerFactory.getLogger(TombstoneUpkeep.class);

    private static final int PAGE = 5000;

    private final FileChunkStore store;
    private final Participant participant;
    private final AttemptNumbers attempts;
    private final InstantSource clock;
    private final Duration age;
    private final AtomicBoolean diskFailed;

    private @Nullable ChunkId after;

    /**
     * @param diskFailed whether one of the server's disks has failed: it may have older versions, which would be what the server has of
     *                   these chunks without their tombstones
     */
    TombstoneUpkeep(
            FileChunkStore store,
            Participant participant,
            AttemptNumbers attempts,
            InstantSource clock,
            Duration age,
            AtomicBoolean diskFailed) {
        this.store = store;
        this.participant = participant;
        this.attempts = attempts;
        this.clock = clock;
        this.age = age;
        this.diskFailed = diskFailed;
    }

    /** Looks at the next page, and begins to remove what is old on it. */
    void runOnce() throws IOException {
        if (diskFailed.get()) {
            return;
        }
        Instant youngest = clock.instant().minus(age);
        List<ChunkInfo> page = store.list("", after, PAGE);
        for (ChunkInfo info : page) {
            if (info.tombstone() && info.transaction().started().isBefore(youngest) && writtenBefore(info, youngest)) {
                remove(info);
            }
        }
        after = page.size() < PAGE ? null : page.get(page.size() - 1).id();
    }

    private boolean writtenBefore(ChunkInfo info, Instant youngest) throws IOException {
        return store.writtenAt(info.id())
                .filter(written -> written.isBefore(youngest))
                .isPresent();
    }

    /** On the chunk's lane, where it is known whether a transaction is open on the chunk. */
    private void remove(ChunkInfo info) {
        var unused = participant
                .remove(info.id(), info.version(), info.transaction(), attempts.next())
                .whenComplete((removed, failure) -> {
                    if (failure != null) {
                        LOG.warn("the old tombstone of chunk {} was not removed: {}", info.id(), failure.getMessage());
                    } else if (removed) {
                        LOG.debug("removed the tombstone of chunk {}, version {}", info.id(), info.version());
                    }
                });
    }
}
