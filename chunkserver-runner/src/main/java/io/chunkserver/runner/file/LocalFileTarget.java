package io.chunkserver.runner.file;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file on the local disk. It is written under another name beside its place and renamed when it is complete, so that
 * nobody sees half of it and an older file stays until then.
 */
public final class LocalFileTarget implements FileTarget {

    private static final String SUFFIX = ".part";

    private final Path file;
    private final Path temporary;
    private final FileChannel channel;
    private long keptBytes;

    private LocalFileTarget(Path file, Path temporary, FileChannel channel) {
        this.file = file;
        this.temporary = temporary;
        this.channel = channel;
    }

    /**
     * Begins what is written to this place: a file, or what is there already and cannot be replaced by one, such as a device or a pipe.
     * Of a symbolic link the file that it leads to is replaced and not the link.
     */
    public static FileTarget open(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
            return StreamTarget.owning(Files.newOutputStream(file, StandardOpenOption.WRITE));
        }
        if (Files.isSymbolicLink(file) && Files.notExists(file)) {
            throw unusable(file, "is a symbolic link to " + Files.readSymbolicLink(file) + ", which does not exist");
        }
        return create(Files.isSymbolicLink(file) ? file.toRealPath() : file);
    }

    /** Begins a file at this place; its directory exists. */
    public static LocalFileTarget create(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw unusable(file, "is a directory");
        }
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw unusable(file, "cannot be made: directory " + folder + " does not exist");
        }
        Path temporary = absolute.resolveSibling(
                absolute.getFileName() + "." + ProcessHandle.current().pid() + SUFFIX);
        FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        // A signal must not leave the half-written file behind.
        temporary.toFile().deleteOnExit();
        return new LocalFileTarget(absolute, temporary, channel);
    }

    private static ChunkServerException unusable(Path file, String why) {
        return Failure.of(ErrorCode.INVALID_ARGUMENT, "file " + file + " " + why)
                .toException();
    }

    @Override
    public OutputStream beginChunk() throws IOException {
        channel.truncate(keptBytes);
        channel.position(keptBytes);
        return Channels.newOutputStream(channel);
    }

    @Override
    public void keepChunk() throws IOException {
        keptBytes = channel.position();
    }

    @Override
    public void finish() throws IOException {
        channel.truncate(keptBytes);
        channel.force(true);
        channel.close();
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(temporary);
    }
}
