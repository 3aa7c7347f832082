package io.chunkserver.core.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The machine's own file system, below one directory.
 *
 * <p><b>Durability.</b> {@link DiskFile#force} is {@code fsync}; {@link #forceDirectory} opens the directory and
 * calls {@code fsync} on it, which Linux allows and Windows does not. When {@link #createDirectories} has to make
 * the root itself, or directories above it, their names are durable when it returns, since no caller can name them.
 *
 * <p><b>Errors.</b> As {@link Disk} says. A name that is absolute or has a {@code ..} is an
 * {@link IllegalArgumentException}.
 *
 * <p><b>Threads.</b> Safe for many threads. An interrupt of a thread that is inside a read or write closes the file
 * for all threads.
 */
public final class LocalDisk implements Disk {

    /** Enough to keep a disk busy with several files; further ones are written when they are forced. */
    private static final int MAX_BACKGROUND_THREADS = 4;

    private static final long BACKGROUND_IDLE_SECONDS = 10;

    private final Path root;

    /** Writes bytes early. Its threads are never interrupted, and end by themselves when they are idle. */
    private final Executor background;

    private final DirectAccess direct = new DirectAccess();

    /** Looked up once: finding the file store of a path reads the mount table. */
    private volatile @Nullable FileStore fileStore;

    /**
     * A disk below this directory, which need not exist yet.
     *
     * @param root made absolute against the working directory
     */
    public LocalDisk(Path root) {
        this.root = root.toAbsolutePath().normalize();
        this.background = new ThreadPoolExecutor(
                0,
                MAX_BACKGROUND_THREADS,
                BACKGROUND_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                LocalDisk::backgroundThread,
                new ThreadPoolExecutor.DiscardPolicy());
    }

    private static Thread backgroundThread(Runnable task) {
        Thread thread = new Thread(task, "chunkserver-write-back");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        return open(file, StandardOpenOption.READ);
    }

    @Override
    public DiskFile openForWrite(Path file) throws IOException {
        return open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private DiskFile open(Path file, OpenOption... options) throws IOException {
        try {
            Path resolved = resolve(file);
            return new LocalDiskFile(resolved, FileChannel.open(resolved, options), background, direct);
        } catch (IOException e) {
            throw SystemErrors.translate(e);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        try {
            Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw SystemErrors.translate(e);
        }
        if (!DiskNames.parentOf(from).equals(DiskNames.parentOf(to))) {
            // A journal makes both names one step; a file system without one must not lose the new name and force the
            // old.
            forceDirectory(DiskNames.parentOf(to));
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        Path target = resolve(file);
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(target + " is a directory; only files are deleted");
        }
        Files.delete(target);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Path target = resolve(directory);
        try {
            if (Files.notExists(root)) {
                createRoot();
            }
            Files.createDirectories(target);
        } catch (IOException e) {
            throw SystemErrors.translate(e);
        }
    }

    /** Makes the root and forces every directory above it that got a new name. */
    private void createRoot() throws IOException {
        List<Path> parents = new ArrayList<>();
        for (Path made = root; made.getParent() != null && Files.notExists(made); made = made.getParent()) {
            parents.add(made.getParent());
        }
        Files.createDirectories(root);
        for (Path parent : parents) {
            forceResolved(parent);
        }
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        List<Path> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(resolve(directory))) {
            entries.forEach(entry -> names.add(entry.getFileName()));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (IOException e) {
            throw SystemErrors.translate(e);
        }
        names.sort(null);
        return names;
    }

    @Override
    public OptionalLong size(Path file) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(resolve(file), BasicFileAttributes.class);
            return attributes.isDirectory() ? OptionalLong.empty() : OptionalLong.of(attributes.size());
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public Optional<FileStamp> stamp(Path path) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(resolve(path), BasicFileAttributes.class);
            return Optional.of(new FileStamp(
                    Objects.hashCode(attributes.fileKey()),
                    attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        forceResolved(resolve(directory));
    }

    private static void forceResolved(Path directory) throws IOException {
        try (FileChannel channel = openDirectory(directory)) {
            channel.force(true);
        }
    }

    /** Only the opening is told apart: a force that fails for any reason leaves names in a state that nobody knows. */
    private static FileChannel openDirectory(Path directory) throws IOException {
        try {
            return FileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            throw SystemErrors.translate(e);
        }
    }

    @Override
    public long freeBytes() throws IOException {
        FileStore store = fileStore;
        if (store == null) {
            try {
                store = Files.getFileStore(root);
            } catch (IOException e) {
                // It reads the mount table, which takes a file handle.
                throw SystemErrors.translate(e);
            }
            fileStore = store;
        }
        return store.getUsableSpace();
    }

    /** The device where there are devices: one that is mounted twice is two file stores. */
    @Override
    public Object fileSystem() throws IOException {
        return Files.getFileStore(root).supportsFileAttributeView("unix")
                ? Files.getAttribute(root, "unix:dev")
                : Files.getFileStore(root);
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return LocalLock.acquire(resolve(file));
    }

    private Path resolve(Path name) {
        DiskNames.check(name);
        return root.resolve(name);
    }

    /** The root directory. */
    @Override
    public String toString() {
        return root.toString();
    }
}
