package io.chunkserver.core.scrub;

import io.chunkserver.core.model.ChunkId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a cycle has got; immutable.
 *
 * @param phase      what is being done
 * @param started    when the cycle began, or the last one, if none is under way
 * @param ended      when the last complete cycle ended; null before the first
 * @param after      the last chunk that was examined; null before the first
 * @param folder     folders that were looked into for files that the index does not know
 * @param chunks     chunks that were examined
 * @param bytes      what those take on disk
 * @param damaged    chunks that were found damaged
 * @param unreadable chunks that the disk did not give, which is no damage
 * @param strays     files that the index does not know
 */
record ScrubProgress(
        Phase phase,
        Instant started,
        @Nullable Instant ended,
        @Nullable ChunkId after,
        int folder,
        long chunks,
        long bytes,
        long damaged,
        long unreadable,
        long strays) {

    /** What a cycle does, in this order. */
    enum Phase {
        IDLE,
        CHUNKS,
        FILES
    }

    /** What comes of examining one chunk. */
    enum Result {
        SOUND,
        DAMAGED,
        UNREADABLE
    }

    static final ScrubProgress NEVER = new ScrubProgress(Phase.IDLE, Instant.EPOCH, null, null, 0, 0, 0, 0, 0, 0);

    boolean isRunning() {
        return phase != Phase.IDLE;
    }

    ScrubProgress begin(Instant now) {
        return new ScrubProgress(Phase.CHUNKS, now, ended, null, 0, 0, 0, 0, 0, 0);
    }

    ScrubProgress examined(ChunkId chunk, long storedBytes, Result result) {
        return new ScrubProgress(
                phase,
                started,
                ended,
                chunk,
                folder,
                chunks + 1,
                bytes + storedBytes,
                damaged + (result == Result.DAMAGED ? 1 : 0),
                unreadable + (result == Result.UNREADABLE ? 1 : 0),
                strays);
    }

    ScrubProgress allExamined() {
        return new ScrubProgress(
                Phase.FILES, started, ended, after, folder, chunks, bytes, damaged, unreadable, strays);
    }

    ScrubProgress lookedIntoFolder(int straysFound) {
        return new ScrubProgress(
                phase, started, ended, after, folder + 1, chunks, bytes, damaged, unreadable, strays + straysFound);
    }

    ScrubProgress end(Instant now) {
        return new ScrubProgress(Phase.IDLE, started, now, after, folder, chunks, bytes, damaged, unreadable, strays);
    }
}
