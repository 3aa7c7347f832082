package io.chunkserver.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that only takes room, so that some can be made on a file system without any: for the tombstones of deletes, which free more than
 * they take, and for the identity file of a server that starts.
 *
 * <p>It has {@value #BYTES} bytes when whole and is cut by {@value #SLICE_BYTES} bytes each time, which is room for a few small files. What
 * was cut off is put back by {@link #runOnce} when the file system has room again. Whoever else writes to the file system may be quicker
 * than who needed the room; the next slice is then tried.
 *
 * <p>Safe for many threads; one at a time calls {@link #runOnce}.
 */
public final class EmergencyReserve implements EmergencyRoom {

    public static final int BYTES = 256 * 1024;

    static final Path FILE = Path.of("reserve");

    /** The file while it is made; a crash may leave it there. */
    public static final Path UNFINISHED = DiskNames.temporaryOf(FILE);

    static final int SLICE_BYTES = 32 * 1024;

    /** Put back only where this much is free: otherwise it would take from others what they need more. */
    static final long REFILL_ABOVE_BYTES = 8L * BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(EmergencyReserve.class);

    private final Disk disk;
    private final FolderForces forces;

    /**
     * What is claimed of the file before it is touched.
     *
     * @param bytes   the size that it has, or is about to be cut to
     * @param cutting how many are about to cut it; until they are done it is not made longer again
     */
    private record Claim(int bytes, int cutting) {

        Claim cut() {
            return new Claim(Math.max(0, bytes - SLICE_BYTES), cutting + 1);
        }

        Claim done() {
            return new Claim(bytes, cutting - 1);
        }

        Claim unusable() {
            return new Claim(0, cutting);
        }
    }

    private final AtomicReference<Claim> held = new AtomicReference<>(new Claim(0, 0));

    private EmergencyReserve(Disk disk, FolderForces forces) {
        this.disk = disk;
        this.forces = forces;
    }

    /**
     * The reserve of a directory whose lock is held: what is there of it, and nothing more if the disk is full.
     *
     * @param forces of the directory itself
     */
    static EmergencyReserve open(Disk disk, FolderForces forces) throws IOException {
        removeUnfinished(disk);
        EmergencyReserve reserve = new EmergencyReserve(disk, forces);
        reserve.held.set(new Claim((int) Math.min(BYTES, disk.size(FILE).orElse(0)), 0));
        return reserve;
    }

    /** What is set aside at present, in bytes. */
    public int heldBytes() {
        return claimed().bytes();
    }

    private Claim claimed() {
        return Objects.requireNonNull(held.get());
    }

    @Override
    public boolean make() throws IOException {
        Claim before = held.getAndUpdate(claim -> claim.bytes() == 0 ? claim : claim.cut());
        if (before.bytes() == 0) {
            LOG.warn("the emergency reserve of {} is used up, and the disk is full", disk);
            return false;
        }
        int left = before.cut().bytes();
        try (DiskFile file = disk.openForWrite(FILE)) {
            // Two at a time may do this in any order: a file is never made longer by it.
            file.truncate(left);
            // Some file systems give the room back only then.
            force(file);
        } finally {
            held.updateAndGet(Claim::done);
        }
        LOG.warn(
                "the disk of {} is full: {} bytes were taken from its emergency reserve, which has {} left",
                disk,
                before.bytes() - left,
                left);
        return true;
    }

    /** A file whose force has failed is not touched again: nothing more is taken from it, until there is another one. */
    private void force(DiskFile file) throws IOException {
        try {
            file.force();
        } catch (IOException e) {
            held.updateAndGet(Claim::unusable);
            throw e;
        }
    }

    /**
     * Puts back what was taken, when there is room for it: in a new file, since one whose force has failed is never forced again. Where the
     * name of that could not be forced, the reserve stays as it is until the directory is opened anew.
     */
    public void runOnce() throws IOException {
        Claim claim = claimed();
        int from = claim.bytes();
        if (from == BYTES || claim.cutting() > 0 || forces.haveFailed() || disk.freeBytes() < REFILL_ABOVE_BYTES) {
            return;
        }
        try {
            removeUnfinished(disk);
            try (DiskFile file = disk.create(UNFINISHED)) {
                file.writeFully(filling(), 0);
                file.force();
                disk.rename(UNFINISHED, FILE);
                forces.force(DiskNames.parentOf(FILE));
                if (!held.compareAndSet(claim, new Claim(BYTES, 0))) {
                    // Somebody needed room meanwhile, and must keep it.
                    file.truncate(heldBytes());
                }
            }
        } catch (DiskFullException e) {
            LOG.info("the emergency reserve of {} stays at {} bytes: {}", disk, from, e.getMessage());
            removeUnfinished(disk);
        }
    }

    private static void removeUnfinished(Disk disk) throws IOException {
        if (disk.size(UNFINISHED).isPresent()) {
            disk.delete(UNFINISHED);
        }
    }

    /** Bytes that a file system which compresses cannot make small. */
    private static ByteBuffer filling() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        long state = 0x9E3779B97F4A7C15L;
        while (bytes.hasRemaining()) {
            state ^= state << 13;
            state ^= state >>> 7;
            state ^= state << 17;
            bytes.put((byte) state);
        }
        return bytes.flip();
    }
}
