package io.chunkserver.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
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
    static final int SLICE_BYTES = 32 * 1024;

    /** Put back only where this much is free: otherwise it would take from others what they need more. */
    static final long REFILL_ABOVE_BYTES = 8L * BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(EmergencyReserve.class);

    private final Disk disk;

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
    }

    private final AtomicReference<Claim> held = new AtomicReference<>(new Claim(0, 0));

    private EmergencyReserve(Disk disk) {
        this.disk = disk;
    }

    /** The reserve of a directory whose lock is held: what is there of it, and nothing more if the disk is full. */
    static EmergencyReserve open(Disk disk) throws IOException {
        EmergencyReserve reserve = new EmergencyReserve(disk);
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
            file.force();
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

    /** Puts back what was taken, when there is room for it. */
    public void runOnce() throws IOException {
        Claim claim = claimed();
        int from = claim.bytes();
        if (from == BYTES || claim.cutting() > 0 || disk.freeBytes() < REFILL_ABOVE_BYTES) {
            return;
        }
        try (DiskFile file = openOrCreate()) {
            file.writeFully(filling(BYTES - from), from);
            file.force();
            disk.forceDirectory(DiskNames.parentOf(FILE));
            if (!held.compareAndSet(claim, new Claim(BYTES, 0))) {
                // Somebody needed room meanwhile, and must keep it.
                file.truncate(heldBytes());
            }
        } catch (DiskFullException e) {
            LOG.info("the emergency reserve of {} stays at {} bytes: {}", disk, from, e.getMessage());
            cutBack();
        }
    }

    private void cutBack() throws IOException {
        try (DiskFile file = openOrCreate()) {
            file.truncate(heldBytes());
        }
    }

    private DiskFile openOrCreate() throws IOException {
        try {
            return disk.create(FILE);
        } catch (FileAlreadyExistsException e) {
            return disk.openForWrite(FILE);
        }
    }

    /** Bytes that a file system which compresses cannot make small. */
    private static ByteBuffer filling(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
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
