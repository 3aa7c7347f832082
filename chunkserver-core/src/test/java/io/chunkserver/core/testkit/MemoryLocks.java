package io.chunkserver.core.testkit;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The locks that are held on a disk. Safe for many threads. */
final class MemoryLocks {

    private final String disk;
    private final Set<Path> held = new HashSet<>();

    /** Counts crashes, so that closing a lock from before one does not release a lock from after it. */
    private long boots;

    MemoryLocks(String disk) {
        this.disk = disk;
    }

    synchronized Closeable take(Path file) throws IOException {
        if (!held.add(file)) {
            throw Failure.of(ErrorCode.DIRECTORY_LOCKED, "file " + file + " of " + disk + " is locked")
                    .toException();
        }
        return new Held(file, boots);
    }

    /** A crash releases all of them. */
    synchronized void releaseAll() {
        held.clear();
        boots++;
    }

    private final class Held implements Closeable {

        private final Path file;
        private final long boot;
        private boolean released;

        Held(Path file, long boot) {
            this.file = file;
            this.boot = boot;
        }

        @Override
        public void close() {
            synchronized (MemoryLocks.this) {
                if (!released && boot == boots) {
                    held.remove(file);
                }
                released = true;
            }
        }
    }
}
