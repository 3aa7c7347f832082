package io.chunkserver.core.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the server asks of a file system: POSIX, reduced to what a crash can be reasoned about.
 *
 * <p><b>Names</b> are relative paths below the disk's root without {@code ..}; the empty path is the root.
 *
 * <p><b>Durability.</b> Bytes and size of a file survive a power loss once {@link DiskFile#force} returned; a
 * name's creation, renaming or deletion once {@link #forceDirectory} returned for the directory that holds it.
 * Before that each may survive wholly, in part (torn at any 512-byte boundary, or a size without its bytes) or
 * not at all, in any order. After a failed write or force nothing is promised about the file, also when a later
 * force of it succeeds; callers must give the file up.
 *
 * <p><b>Errors</b> are {@link IOException}s: {@link java.nio.file.NoSuchFileException} and
 * {@link java.nio.file.FileAlreadyExistsException} where named below, {@link DiskFullException} when the file
 * system has no room, {@link io.chunkserver.core.error.ChunkServerException.Overloaded} when no file handle is free, which
 * leaves everything as it was and says nothing about the device; anything else when the device failed.
 *
 * <p>{@link Object#toString} names the disk in messages for people: for a local disk, its root directory.
 *
 * <p><b>Threads.</b> Safe for use by many threads. A thread that calls it must not be interrupted: an interrupt
 * may close the file under it.
 */
public interface Disk {

    /**
     * Creates an empty file for reading and writing.
     *
     * @throws java.nio.file.FileAlreadyExistsException when the name is taken
     */
    DiskFile create(Path file) throws IOException;

    /**
     * Opens an existing file for reading only.
     *
     * @throws java.nio.file.NoSuchFileException when there is none
     */
    DiskFile openForRead(Path file) throws IOException;

    /**
     * Opens an existing file for reading and writing.
     *
     * @throws java.nio.file.NoSuchFileException when there is none
     */
    DiskFile openForWrite(Path file) throws IOException;

    /**
     * Gives a file a new name in one step, replacing a file that has it; open files keep their bytes.
     *
     * <p>Between two directories it is one step for a power loss too: once the directory of the old name was forced, the new
     * name is durable as well. When only that of the new name was, the file may have both.
     */
    void rename(Path from, Path to) throws IOException;

    /**
     * Removes a name; open files keep their bytes until they are closed.
     *
     * @throws java.nio.file.NoSuchFileException when there is none
     */
    void delete(Path file) throws IOException;

    /** Makes a directory and those above it; one that is there already is fine. */
    void createDirectories(Path directory) throws IOException;

    /**
     * The names in a directory, sorted, without its own.
     *
     * @throws java.nio.file.NoSuchFileException when there is no such directory
     */
    List<Path> list(Path directory) throws IOException;

    /** The size of a file in bytes; empty when there is none or it is a directory. */
    OptionalLong size(Path file) throws IOException;

    /**
     * When a file or directory was last changed; empty when there is none.
     *
     * <p>A crash takes from a directory its stamp and what the stamp tells of together: after it no directory has the stamp of a
     * moment whose names it has not, provided that it was forced at that moment.
     */
    Optional<FileStamp> stamp(Path path) throws IOException;

    /** Makes all creations, renames and deletions of names in this directory durable. */
    void forceDirectory(Path directory) throws IOException;

    /** Bytes that the file system would still take. */
    long freeBytes() throws IOException;

    /** Stands for the file system that the root is on, which is there: equal to that of another disk when both have the same free bytes. */
    Object fileSystem() throws IOException;

    /**
     * Locks a file, which is created when needed, against all other holders in this and other processes.
     *
     * @throws io.chunkserver.core.error.ChunkServerException.Unusable with {@code DIRECTORY_LOCKED} when held
     */
    Closeable lock(Path file) throws IOException;
}
