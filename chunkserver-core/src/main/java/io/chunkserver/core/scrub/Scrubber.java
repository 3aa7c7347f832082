package io.chunkserver.core.scrub;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.scrub.ScrubProgress.Phase;
import io.chunkserver.core.scrub.ScrubProgress.Result;
import io.chunkserver.core.store.ChunkExamination;
import io.chunkserver.core.store.FileChunkStore;
import io.chunkserver.core.store.StoreSnapshot;
import io.chunkserver.core.store.StrayFile;
import io.chunkserver.core.store.StrayFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every chunk and compares it with all its checksums, then looks for files that the index does not know; and again after a while.
 *
 * <p><b>Speed.</b> A step reads about a MiB and says how long to wait before the next. The server's own work comes first: when more bytes
 * were read and written for others since the last step than the scrub reads in one, it goes at a tenth of its speed until the next look.
 *
 * <p><b>Findings.</b> The store tells its listener of damage. A disk that fails is none: such a chunk is counted as unreadable, and when
 * several fail one after the other, as when file handles have run out or the disk is not mounted, the scrub waits and goes on with them
 * later. One that the device refuses to read again and again, while it reads others, is given up ({@link UnreadableChunks}).
 *
 * <p>What is read goes through the page cache: Java reaches neither {@code posix_fadvise} nor, without aligned buffers of its own, direct
 * reads. So a scrub pushes out what is rarely used, at its speed; and what is cached is compared as it is cached.
 *
 * <p><b>Threads.</b> One step at a time, on threads that may wait for the disk; {@link #start} and {@link #status} may be called by any.
 */
public final class Scrubber implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);

    /** What one step reads, or one block more. */
    static final long STEP_BYTES = 1 << 20;

    /** What a file costs beside its bytes, so that many small ones are not read faster than a disk can seek. */
    static final long FILE_BYTES = 8 * 1024;

    /** By how much the scrub is slower while the server has other work. */
    static final int BUSY_DIVISOR = 10;

    /** How long an idle scrubber waits at most before it looks whether a cycle is due. */
    static final Duration IDLE_LOOK = Duration.ofMinutes(1);

    /** After so many chunks in a row that could not be read it is not their fault. */
    static final int MAX_FAILURES_IN_ROW = 3;

    /** How long to wait then. */
    static final Duration FAILURE_PAUSE = Duration.ofMinutes(1);

    /** How often progress is remembered. */
    private static final Duration REMEMBER_INTERVAL = Duration.ofMinutes(1);

    private final FileChunkStore store;
    private final StrayFiles strayFiles;
    private final StraySink strays;
    private final ScrubConfig config;
    private final InstantSource clock;
    private final ScrubProgressFile file;
    private final UnreadableChunks unreadable;

    private volatile boolean startAsked;
    private volatile boolean closed;

    /** Written by the step, read by any. */
    private volatile ScrubProgress progress;

    /** When this process began with the cycle, and how far it was then; for the speed. */
    private volatile Instant resumed;

    private volatile long resumedBytes;

    // What follows is the step's own.

    private @Nullable ChunkExamination examination;
    private Instant remembered;
    private long trafficBytes;
    private int failuresInRow;

    /**
     * A scrubber that goes on where the last one on this disk was.
     *
     * @param folder where progress is remembered; it exists
     */
    public Scrubber(
            FileChunkStore store, StraySink strays, ScrubConfig config, InstantSource clock, Disk disk, Path folder) {
        this.store = store;
        this.strayFiles = store.strayFiles();
        this.strays = strays;
        this.config = config;
        this.clock = clock;
        this.file = new ScrubProgressFile(disk, folder);
        this.unreadable = new UnreadableChunks(store, clock);
        this.progress = file.read();
        this.resumed = clock.instant();
        this.resumedBytes = progress.bytes();
        this.remembered = resumed;
        this.trafficBytes = store.trafficBytes();
    }

    /**
     * Begins a cycle with the next step; one that is under way goes on.
     *
     * @return whether none was under way
     */
    public boolean start() {
        boolean idle = !progress.isRunning();
        startAsked = idle;
        return idle;
    }

    /**
     * Has a version be read again later of which the device has refused a read; see {@link UnreadableChunks}. Does not wait, and may be called
     * by any thread.
     */
    public void unreadable(ChunkInfo version) {
        unreadable.found(version);
    }

    /** How far it has got; a cycle that was asked for has found nothing yet. */
    public ScrubStatus status() {
        // In this order, for a step writes them in the other one.
        boolean asked = startAsked;
        ScrubProgress last = progress;
        ScrubProgress now = asked && !last.isRunning() ? last.begin(clock.instant()) : last;
        StoreSnapshot counts = store.snapshot();
        boolean running = now.isRunning();
        // What was examined may have been taken out of service or deleted since.
        long totalChunks = Math.max(now.chunks(), counts.chunks() + counts.tombstones());
        long totalBytes = Math.max(now.bytes(), counts.publishedBytes());
        return new ScrubStatus(
                running,
                now.chunks(),
                totalChunks,
                now.bytes(),
                totalBytes,
                now.damaged(),
                now.unreadable(),
                now.strays(),
                now.equals(ScrubProgress.NEVER) ? Optional.empty() : Optional.of(now.started()),
                Optional.ofNullable(now.ended()),
                running ? Optional.of(left(now, totalBytes)) : Optional.empty());
    }

    private Duration left(ScrubProgress now, long totalBytes) {
        long doneBytes = now.bytes() - resumedBytes;
        long tookMillis = Duration.between(resumed, clock.instant()).toMillis();
        double bytesPerMilli =
                doneBytes > 0 && tookMillis > 0 ? (double) doneBytes / tookMillis : config.bytesPerSecond() / 1000.0;
        return Duration.ofMillis((long) (Math.max(0, totalBytes - now.bytes()) / bytesPerMilli));
    }

    /** Whether a step has anything to do now; does not wait. */
    public boolean isDue() {
        return progress.isRunning() || untilDue().isZero() || unreadable.isDue();
    }

    /**
     * One bounded step, which does nothing but wait when none {@link #isDue}.
     *
     * @return how long to wait before the next
     */
    public Duration runOnce() {
        if (closed) {
            return IDLE_LOOK;
        }
        long cost = unreadable.step(STEP_BYTES);
        if (!progress.isRunning()) {
            Duration wait = untilDue();
            if (!wait.isZero() && cost > 0) {
                return pause(cost);
            }
            if (!wait.isZero()) {
                return wait.compareTo(IDLE_LOOK) < 0 ? wait : IDLE_LOOK;
            }
            begin();
        }
        while (cost < STEP_BYTES && progress.isRunning() && failuresInRow < MAX_FAILURES_IN_ROW) {
            cost += progress.phase() == Phase.CHUNKS ? examine(STEP_BYTES - cost) : lookIntoFolder();
        }
        if (!progress.isRunning() || !clock.instant().isBefore(remembered.plus(REMEMBER_INTERVAL))) {
            remember();
        }
        if (failuresInRow >= MAX_FAILURES_IN_ROW) {
            failuresInRow = 0;
            return FAILURE_PAUSE;
        }
        return pause(cost);
    }

    private Duration untilDue() {
        Instant ended = progress.ended();
        if (startAsked) {
            return Duration.ZERO;
        }
        if (config.interval().isZero()) {
            return IDLE_LOOK;
        }
        Instant due = ended == null ? Instant.MIN : ended.plus(config.interval());
        Instant now = clock.instant();
        return now.isBefore(due) ? Duration.between(now, due) : Duration.ZERO;
    }

    private void begin() {
        progress = progress.begin(clock.instant());
        startAsked = false;
        resumed = clock.instant();
        resumedBytes = 0;
        LOG.info("examining {} chunks", store.snapshot().chunks());
    }

    private Duration pause(long cost) {
        long traffic = store.trafficBytes();
        boolean busy = traffic - trafficBytes > STEP_BYTES;
        trafficBytes = traffic;
        long nanos = (long) (1e9 * cost / config.bytesPerSecond());
        return Duration.ofNanos(busy ? nanos * BUSY_DIVISOR : nanos);
    }

    /** Reads on in the chunk at hand, or begins the next; returns what that costs. */
    private long examine(long maxBytes) {
        ChunkExamination current = examination;
        List<ChunkInfo> next = current == null ? store.list("", progress.after(), 1) : List.of(current.info());
        if (next.isEmpty()) {
            progress = progress.allExamined();
            return 0;
        }
        ChunkInfo info = next.get(0);
        long cost = 0;
        try {
            if (current == null) {
                cost += FILE_BYTES;
                current = store.examine(info.id());
                examination = current;
            }
            long before = current.examinedBytes();
            boolean done = current.step(maxBytes);
            cost += current.examinedBytes() - before;
            failuresInRow = 0;
            if (done) {
                examined(info, Result.SOUND);
            }
        } catch (ChunkServerException.Corrupt e) {
            failuresInRow = 0;
            LOG.debug("chunk {} is damaged: {}", info.id(), e.failure().message());
            examined(info, Result.DAMAGED);
        } catch (ChunkServerException.NotFound removed) {
            examined(info, Result.SOUND);
        } catch (IOException e) {
            unreadable(info, e);
        }
        return cost;
    }

    private void examined(ChunkInfo info, Result result) {
        progress = progress.examined(info.id(), info.storedBytes(), result);
        closeExamination();
    }

    /** The last of several is tried again after a while. */
    private void unreadable(ChunkInfo info, IOException e) {
        failuresInRow++;
        LOG.warn("chunk {} could not be read, which is no proof of damage: {}", info.id(), e.getMessage());
        if (failuresInRow < MAX_FAILURES_IN_ROW) {
            examined(info, Result.UNREADABLE);
        } else {
            closeExamination();
        }
    }

    private void closeExamination() {
        ChunkExamination over = examination;
        examination = null;
        if (over != null) {
            over.close();
        }
    }

    private long lookIntoFolder() {
        try {
            List<StrayFile> found = strayFiles.in(progress.folder());
            failuresInRow = 0;
            found.forEach(strays::found);
            progress = progress.lookedIntoFolder(found.size());
        } catch (IOException e) {
            failuresInRow++;
            LOG.warn("folder {} could not be looked into: {}", progress.folder(), e.getMessage());
            if (failuresInRow < MAX_FAILURES_IN_ROW) {
                progress = progress.lookedIntoFolder(0);
            }
        }
        if (progress.folder() >= StrayFiles.FOLDERS) {
            progress = progress.end(clock.instant());
            LOG.info(
                    "examined {} chunks: {} were damaged, {} could not be read, {} files belonged to no chunk",
                    progress.chunks(),
                    progress.damaged(),
                    progress.unreadable(),
                    progress.strays());
        }
        return FILE_BYTES;
    }

    private void remember() {
        remembered = clock.instant();
        file.write(progress);
    }

    /** Remembers how far it has got. No step may be under way; later ones do nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            closeExamination();
            unreadable.close();
            if (progress.isRunning()) {
                remember();
            }
        }
    }
}
