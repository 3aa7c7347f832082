package io.chunkserver.core.scrub;

import io.chunkserver.core.disk.DeviceErrorException;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.store.ChunkExamination;
import io.chunkserver.core.store.FileChunkStore;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chunks that a read was refused of with an error of the device, as where a sector is bad. Once is no proof, so each is read again after a
 * while. One that fails in the same way {@value #ATTEMPTS} times, while each time another chunk of the directory could be read, is given up:
 * it is the sector and not the disk, and what nobody can read is as good as damaged. Any other failure, as of a disk that is not mounted or
 * of a process without file handles, counts for nothing. So does all before a restart, and where there is no other chunk none is given up.
 *
 * <p>That another one can be read proves little, since it may be in the page cache while the disk answers nothing. Therefore attempts count
 * only as long as few chunks are suspected at the same time; more are the disk, which somebody has to look after.
 *
 * <p><b>Threads.</b> {@link #found} by any; the rest by one at a time, which may wait for the disk.
 */
final class UnreadableChunks implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(UnreadableChunks.class);

    /** So many failed reads after the first one. */
    static final int ATTEMPTS = 3;

    /** How long to wait before each: what passes by itself, as a controller that starts anew, takes less. */
    static final Duration INTERVAL = Duration.ofMinutes(10);

    /** More suspects at a time are no matter of single sectors. */
    static final int FEW = 8;

    /** Those beyond are found again by who reads them next. */
    static final int MOST = 1000;

    /** Among so many is looked for one that can be read. */
    private static final int WITNESSES = 32;

    private final FileChunkStore store;
    private final InstantSource clock;
    private final Map<ChunkInfo, Suspicion> suspects = new ConcurrentHashMap<>();

    /** What is being read again; all of the step's own. */
    private @Nullable ChunkInfo trial;

    private @Nullable ChunkExamination examination;

    private boolean toldOfDisk;

    /**
     * @param failures attempts that failed, the first read not among them
     * @param last     when it was read last
     */
    private record Suspicion(int failures, Instant last) {}

    UnreadableChunks(FileChunkStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** A read of this version has met an error of the device. */
    void found(ChunkInfo version) {
        if (suspects.size() < MOST) {
            suspects.putIfAbsent(version, new Suspicion(0, clock.instant()));
        }
    }

    /** Whether one is to be read again now; does not wait. */
    boolean isDue() {
        return trial != null || next().isPresent();
    }

    private Optional<ChunkInfo> next() {
        Instant now = clock.instant();
        return suspects.entrySet().stream()
                .filter(suspect -> !now.isBefore(suspect.getValue().last().plus(INTERVAL)))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * Reads on in one of them, if that is due.
     *
     * @return what that costs, 0 when none is due
     */
    long step(long maxBytes) {
        ChunkInfo suspect = trial != null ? trial : next().orElse(null);
        if (suspect == null) {
            return 0;
        }
        trial = suspect;
        long cost = examination == null ? Scrubber.FILE_BYTES : 0;
        try {
            ChunkExamination current = examination == null ? store.examine(suspect.id()) : examination;
            examination = current;
            long before = current.examinedBytes();
            boolean over = !current.info().equals(suspect) || current.step(maxBytes);
            cost += current.examinedBytes() - before;
            if (over) {
                LOG.info("chunk {} version {} can be read again or was replaced", suspect.id(), suspect.version());
                end(suspect, null);
            }
        } catch (ChunkServerException.Corrupt | ChunkServerException.NotFound toldOrGone) {
            end(suspect, null);
        } catch (DeviceErrorException e) {
            failed(suspect, e);
        } catch (IOException e) {
            LOG.debug("chunk {} could not be read for another reason", suspect.id(), e);
            end(suspect, new Suspicion(failures(suspect), clock.instant()));
        }
        return cost;
    }

    private int failures(ChunkInfo suspect) {
        Suspicion before = suspects.get(suspect);
        return before == null ? 0 : before.failures();
    }

    private void failed(ChunkInfo suspect, DeviceErrorException e) {
        boolean counts = suspects.size() <= FEW && canReadAnother(suspect);
        int failures = failures(suspect) + (counts ? 1 : 0);
        if (failures < ATTEMPTS) {
            tellOfDisk(e);
            end(suspect, new Suspicion(failures, clock.instant()));
            return;
        }
        end(suspect, null);
        store.giveUpReading(
                suspect,
                "chunk " + suspect.id() + " version " + suspect.version() + " is unreadable: the device failed "
                        + failures
                        + " times within " + INTERVAL.multipliedBy(ATTEMPTS).toMinutes()
                        + " minutes or more, while it could read other chunks: " + e.getMessage());
    }

    /** Once, until there are few again. */
    private void tellOfDisk(DeviceErrorException e) {
        boolean many = suspects.size() > FEW;
        if (many && !toldOfDisk) {
            LOG.error(
                    "{} chunks cannot be read, which is more than bad sectors: none is given up; check the disk: {}",
                    suspects.size(),
                    e.getMessage());
        }
        toldOfDisk = many;
    }

    /** Whether one of the chunks around can be read, at least its beginning and what tells which it is. */
    private boolean canReadAnother(ChunkInfo suspect) {
        Optional<ChunkInfo> witness = Stream.concat(
                        store.list("", suspect.id(), WITNESSES).stream(), store.list("", null, WITNESSES).stream())
                .filter(other -> !suspects.containsKey(other))
                .findFirst();
        if (witness.isEmpty()) {
            return false;
        }
        try (ChunkExamination other = store.examine(witness.get().id())) {
            other.step(1);
            return true;
        } catch (IOException e) {
            LOG.debug("chunk {} could not be read either", witness.get().id(), e);
            return false;
        }
    }

    /** Ends a trial; what is null is no suspect any more. */
    private void end(ChunkInfo suspect, @Nullable Suspicion left) {
        if (left == null) {
            suspects.remove(suspect);
        } else {
            suspects.put(suspect, left);
        }
        trial = null;
        close();
    }

    /** Reads no further in what was begun. */
    @Override
    public void close() {
        ChunkExamination over = examination;
        examination = null;
        if (over != null) {
            over.close();
        }
    }
}
