package io.chunkserver.core.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A disk whose calls are watched, so that one that hangs or is slow is found; see {@link CallWatch}. */
public final class WatchedDisk implements Disk {

    private final Disk disk;
    private final InstantSource clock;
    private final CallWatch watch = new CallWatch();

    /**
     * @param clock measures calls; it may jump
     */
    public WatchedDisk(Disk disk, InstantSource clock) {
        this.disk = disk;
        this.clock = clock;
    }

    /** What watches the calls. */
    public CallWatch watch() {
        return watch;
    }

    private interface Call<T> {
        T make() throws IOException;
    }

    private interface Step {
        void make() throws IOException;
    }

    private <T> T watched(String what, Path path, Call<T> call) throws IOException {
        CallWatch.Call begun = watch.begin(what, path);
        try {
            return call.make();
        } finally {
            watch.end(begun);
        }
    }

    private void step(String what, Path path, Step step) throws IOException {
        CallWatch.Call begun = watch.begin(what, path);
        try {
            step.make();
        } finally {
            watch.end(begun);
        }
    }

    /** A call that fails says nothing about how fast the disk is. */
    private <T> T timed(CallWatch.Kind kind, String what, Path path, Call<T> call) throws IOException {
        Instant begun = clock.instant();
        T result = watched(what, path, call);
        watch.took(kind, Duration.between(begun, clock.instant()));
        return result;
    }

    private void timedForce(Path path, Step force) throws IOException {
        Instant begun = clock.instant();
        step("force", path, force);
        watch.took(CallWatch.Kind.FORCE, Duration.between(begun, clock.instant()));
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return new WatchedFile(file, watched("create", file, () -> disk.create(file)));
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        return new WatchedFile(file, watched("open", file, () -> disk.openForRead(file)));
    }

    @Override
    public DiskFile openForWrite(Path file) throws IOException {
        return new WatchedFile(file, watched("open", file, () -> disk.openForWrite(file)));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step("rename", from, () -> disk.rename(from, to));
    }

    @Override
    public void delete(Path file) throws IOException {
        step("delete", file, () -> disk.delete(file));
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        step("create", directory, () -> disk.createDirectories(directory));
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return watched("list", directory, () -> disk.list(directory));
    }

    @Override
    public OptionalLong size(Path file) throws IOException {
        return watched("look at", file, () -> disk.size(file));
    }

    @Override
    public Optional<FileStamp> stamp(Path path) throws IOException {
        return watched("look at", path, () -> disk.stamp(path));
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        timedForce(directory, () -> disk.forceDirectory(directory));
    }

    @Override
    public long freeBytes() throws IOException {
        return watched("ask for the free bytes of", Path.of(""), disk::freeBytes);
    }

    @Override
    public Object fileSystem() throws IOException {
        return watched("ask for the file system of", Path.of(""), disk::fileSystem);
    }

    /** Held on purpose: only whoever waits for it in taking it is watched. */
    @Override
    public Closeable lock(Path file) throws IOException {
        return watched("lock", file, () -> disk.lock(file));
    }

    @Override
    public String toString() {
        return disk.toString();
    }

    /** An open file, called by the name that it had when it was opened. */
    private final class WatchedFile implements DiskFile {

        private final Path name;
        private final DiskFile file;

        WatchedFile(Path name, DiskFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return watched("look at", name, file::size);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return timed(CallWatch.Kind.READ, "read", name, () -> file.read(target, position));
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            return timed(CallWatch.Kind.WRITE, "write", name, () -> file.write(source, position));
        }

        /** Its time says nothing beside that of writes into the page cache, and forces tell of a disk that is slow. */
        @Override
        public boolean writeDirectly(ByteBuffer source, long position) throws IOException {
            return watched("write", name, () -> file.writeDirectly(source, position));
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            step("cut", name, () -> file.truncate(sizeBytes));
        }

        @Override
        public void force() throws IOException {
            timedForce(name, file::force);
        }

        @Override
        public void beginWriteBack() {
            file.beginWriteBack();
        }

        @Override
        public void close() throws IOException {
            step("close", name, file::close);
        }
    }
}
