package io.chunkserver.core.commit.log;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The folder of one log: which files are in it and what they are called.
 *
 * @param disk  where the folder is
 * @param path  its name there
 * @param logId the log that it belongs to
 */
record LogFolder(Disk disk, Path path, UUID logId) {

    private static final Pattern SEGMENT = Pattern.compile("[0-9]{16}\\.log");
    private static final Pattern UNFINISHED = Pattern.compile("[0-9]{16}\\.log\\.new");

    /** The name of a segment. */
    Path segment(long number) {
        return path.resolve(String.format(Locale.ROOT, "%016d.log", number));
    }

    /** The name of a segment as long as it is being made. */
    Path unfinished(long number) {
        return path.resolve(String.format(Locale.ROOT, "%016d.log.new", number));
    }

    /** The numbers of all segments; empty when there is no folder. */
    SortedSet<Long> segments() throws IOException {
        SortedSet<Long> numbers = new TreeSet<>();
        try {
            for (Path file : disk.list(path)) {
                String name = nameOf(file);
                if (SEGMENT.matcher(name).matches()) {
                    numbers.add(Long.parseLong(name.substring(0, name.indexOf('.'))));
                }
            }
        } catch (NoSuchFileException noFolder) {
            return numbers;
        }
        return numbers;
    }

    /** Makes the folder, durably. */
    void create() throws IOException {
        disk.createDirectories(path);
        Path directory = path;
        while (directory.getParent() != null) {
            directory = directory.getParent();
            disk.forceDirectory(directory);
        }
        disk.forceDirectory(Path.of(""));
    }

    /** What a crash left of segments that were being made. */
    List<Path> unfinishedSegments() throws IOException {
        try {
            return disk.list(path).stream()
                    .filter(file -> UNFINISHED.matcher(nameOf(file)).matches())
                    .map(file -> path.resolve(nameOf(file)))
                    .toList();
        } catch (NoSuchFileException noFolder) {
            return List.of();
        }
    }

    void removeUnfinished() throws IOException {
        for (Path file : unfinishedSegments()) {
            disk.delete(file);
        }
    }

    /**
     * Removes segments, the oldest first. Each removal is forced before the next, so that a crash leaves the numbers
     * of the rest without a gap; a gap always means damage. Where no file handle was free for that force, the same call
     * again goes on with those that are not gone.
     */
    void remove(long first, long last) throws IOException {
        for (long number = first; number <= last; number++) {
            if (disk.size(segment(number)).isPresent()) {
                disk.delete(segment(number));
            }
            disk.forceDirectory(path);
        }
    }

    /** A failure that says that the log is damaged and must not be cut. */
    ChunkServerException notIntact(String what) {
        return Failure.of(ErrorCode.CORRUPT, "the transaction log is not intact: " + what)
                .withHint("nothing was changed; bring back the damaged file from a copy, or start this server with an"
                        + " empty data directory and let the other members restore its chunks")
                .toException();
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }
}
