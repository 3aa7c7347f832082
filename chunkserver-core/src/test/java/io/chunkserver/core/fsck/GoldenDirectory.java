package io.chunkserver.core.fsck;

import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The data directory of a stopped server as the first version of each format has it, kept as a resource. It is written once, by
 * {@link #main}, when a format gets a new version, into a folder of its own; what is there already is never written again.
 */
final class GoldenDirectory {

    /** Files that carry no format. */
    private static final Set<Path> WITHOUT_FORMAT = Set.of(Path.of("lock"), Path.of("reserve"));

    private GoldenDirectory() {}

    /** Writes the directory that a server of today leaves below the path that is given. */
    public static void main(String[] arguments) throws IOException {
        Path target = Path.of(arguments[0]);
        for (Map.Entry<Path, byte[]> file : new StoppedServer().contents().entrySet()) {
            if (!WITHOUT_FORMAT.contains(file.getKey())) {
                Path path = target.resolve(file.getKey().toString());
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
            }
        }
    }

    /** Copies the files below this folder to a disk in memory. */
    static MemoryDisk load(Path source) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        try (Stream<Path> files = Files.walk(source)) {
            files.filter(Files::isRegularFile).forEach(file -> copy(source, file, disk));
        }
        return disk;
    }

    private static void copy(Path source, Path file, MemoryDisk disk) {
        Path name = source.relativize(file);
        try {
            disk.createDirectories(DiskNames.parentOf(name));
            try (DiskFile open = disk.create(name)) {
                open.writeFully(ByteBuffer.wrap(Files.readAllBytes(file)), 0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
