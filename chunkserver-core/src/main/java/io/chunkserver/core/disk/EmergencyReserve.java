package io.chunkserver.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** The size that the file has, or is about to be cut to: claimed before the file is touched. */
    private final AtomicInteger held = new AtomicInteger();

    private EmergencyReserve(Disk disk) {
        this.disk = disk;
    }

    /** The reserve of a directory whose lock is held: what is there of it, and nothing more if the disk is full. */
    static EmergencyReserve open(Disk disk) throws IOException {
        EmergencyReserve reserve = new EmergencyReserve(disk);
        reserve.held.set((int) Math.min(BYTES, disk.size(FILE).orElse(0)));
        return reserve;
    }

    /** What is set aside at present, in bytes. */
    public int heldBytes() {
        return held.get();
    }

    @Override
    public boolean make() throws IOException {
        int before = held.getAndUpdate(bytes -> Math.max(0, bytes - SLICE_BYTES));
        if (before == 0) {
            LOG.warn("the emergency reserve of {} is used up, and the disk is full", disk);
            return false;
        }
        int left = Math.max(0, before - SLICE_BYTES);
        try (DiskFile file = disk.openForWrite(FILE)) {
            // Two at a time may do this in any order: a file is never made longer by it.
            file.truncate(left);
            // Some file systems give the room back only then.
            file.force();
        }
        LOG.warn(
                "the disk of {} is full: {} bytes were taken from its emergency reserve, which has {} left",
                disk,
                before - left,
                left);
        return true;
    }

    /** Puts back what was taken, when there is room for it. */
    public void runOnce() throws IOException {
        int from = held.get();
        if (from == BYTES || disk.freeBytes() < REFILL_ABOVE_BYTES) {
            return;
        }
        try (DiskFile file = openOrCreate()) {
            file.writeFully(filling(BYTES - from), from);
            file.force();
            disk.forceDirectory(DiskNames.parentOf(FILE));
            if (!held.compareAndSet(from, BYTES)) {
                // Somebody needed room meanwhile, and must keep it.
                file.truncate(held.get());
            }
        } catch (DiskFullException e) {
            LOG.info("the emergency reserve of {} stays at {} bytes: {}", disk, from, e.getMessage());
            cutBack();
        }
    }

    private void cutBack() throws IOException {
        try (DiskFile file = openOrCreate()) {
            file.truncate(held.get());
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
