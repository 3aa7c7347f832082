package io.chunkserver.core.testkit;

import io.chunkserver.core.error.Failure;
import io.chunkserver.core.space.Reservation;
import io.chunkserver.core.space.SpaceAccountant;
import io.chunkserver.core.space.SpaceSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An accountant so plain that it is right by reading: a list of promises that is added up with each question, on a file
 * system without end. The model with which properties compare an accountant. For one thread.
 */
public final class NaiveSpaceAccountant implements SpaceAccountant {

    private final long limitBytes;
    private final long emergencyBytes;
    private final List<Promise> promises = new ArrayList<>();
    private long usedBytes;

    public NaiveSpaceAccountant(long limitBytes, long usedBytes) {
        this(limitBytes, usedBytes, 0);
    }

    /** An accountant that lets deletes have so many bytes beyond the limit. */
    public NaiveSpaceAccountant(long limitBytes, long usedBytes, long emergencyBytes) {
        this.limitBytes = limitBytes;
        this.emergencyBytes = emergencyBytes;
        this.usedBytes = usedBytes;
    }

    @Override
    public Reservation reserve(long bytes) throws IOException {
        checkNotNegative(bytes);
        long available = snapshot().availableBytes();
        if (bytes > available) {
            throw Failure.insufficientSpace(bytes, available).toException();
        }
        return adopt(bytes);
    }

    /** On a file system without end a delete is refused at the limit only, and then unless it replaces as much. */
    @Override
    public Reservation reserveForDelete(long bytes, long replacedBytes) throws IOException {
        checkNotNegative(bytes);
        checkNotNegative(replacedBytes);
        long available = snapshot().availableBytes();
        long emergencyLeft = emergencyBytes
                - promises.stream()
                        .filter(promise -> promise.emergency)
                        .mapToLong(Promise::bytes)
                        .sum();
        if (bytes <= available) {
            return adopt(bytes);
        }
        if (bytes > replacedBytes || bytes > emergencyLeft) {
            throw Failure.insufficientSpace(bytes, available).toException();
        }
        Promise promise = new Promise();
        promise.bytes = bytes;
        promise.emergency = true;
        promise.beyond = true;
        promises.add(promise);
        return promise;
    }

    @Override
    public Reservation adopt(long bytes) {
        checkNotNegative(bytes);
        Promise promise = new Promise();
        promise.bytes = bytes;
        promises.add(promise);
        return promise;
    }

    @Override
    public void release(long bytes) {
        checkNotNegative(bytes);
        if (bytes > usedBytes) {
            throw new IllegalStateException("more released than used");
        }
        usedBytes -= bytes;
    }

    @Override
    public SpaceSnapshot snapshot() {
        long reserved = promises.stream()
                .filter(promise -> !promise.beyond)
                .mapToLong(Promise::bytes)
                .sum();
        return new SpaceSnapshot(limitBytes, usedBytes, reserved, Long.MAX_VALUE);
    }

    @Override
    public SpaceSnapshot refresh() {
        return snapshot();
    }

    private static void checkNotNegative(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("negative bytes");
        }
    }

    private final class Promise implements Reservation {

        private long bytes;
        private boolean ended;
        private boolean emergency;
        private boolean beyond;

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void shrinkTo(long newBytes) {
            if (newBytes < 0 || newBytes > bytes) {
                throw new IllegalArgumentException("not smaller");
            }
            bytes = newBytes;
        }

        @Override
        public void settle(long replacedBytes) {
            checkNotNegative(replacedBytes);
            if (ended) {
                return;
            }
            if (replacedBytes > usedBytes) {
                throw new IllegalStateException("more replaced than used");
            }
            usedBytes += bytes - replacedBytes;
            forfeit();
        }

        @Override
        public void releaseReplaced(long replacedBytes) {
            release(replacedBytes);
            beyond = false;
        }

        @Override
        public void forfeit() {
            bytes = 0;
            ended = true;
        }
    }
}
