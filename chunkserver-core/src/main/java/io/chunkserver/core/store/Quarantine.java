package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.disk.FolderForces;
import io.chunkserver.core.model.ChunkVersion;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that were taken out of service, and with them the memory of what is missing.
 *
 * <pre>
 * quarantine/HASH.VERSION.EPOCH.SINCE.COPY.KIND
 *     HASH     of the chunk's id, as in the name of its file
 *     VERSION  that was committed here; 0 when nobody knows
 *     SINCE    when it was taken out of service, in milliseconds since 1970
 *     COPY     0, or a number that makes the name one of its own
 *     KIND     missing: no version as new has been published here since
 *              replaced: one has
 *              unknown: the file was not in the index; nothing is missing because of it
 * </pre>
 *
 * <p>All that must be remembered stands in the name, so that one rename takes the file out of service and remembers it, wholly or not at
 * all: a crash that undoes it brings back a file that says itself which version it is. A version whose file is lost leaves an empty file.
 *
 * <p>Safe for many threads. Names in the folder that are not of this form are left alone.
 */
final class Quarantine {

    /** Why a file is here. */
    enum Kind {
        MISSING,
        REPLACED,
        UNKNOWN;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A file as its name has it. */
    record Entry(String hash, ChunkVersion version, long epoch, long sinceMillis, int copy, Kind kind) {

        private static final Pattern NAME =
                Pattern.compile("([0-9a-f]{64})\\.(\\d{1,19})\\.(\\d{1,19})\\.(\\d{1,19})\\.(\\d{1,9})"
                        + "\\.(missing|replaced|unknown)");

        String fileName() {
            return String.join(
                    ".",
                    hash,
                    version.toString(),
                    Long.toString(epoch),
                    Long.toString(sinceMillis),
                    Integer.toString(copy),
                    kind.word());
        }

        Entry as(Kind other) {
            return new Entry(hash, version, epoch, sinceMillis, copy, other);
        }

        Instant since() {
            return Instant.ofEpochMilli(sinceMillis);
        }

        static Optional<Entry> parse(Path name) {
            Matcher parts = NAME.matcher(name.toString());
            if (!parts.matches()) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Entry(
                        parts.group(1),
                        new ChunkVersion(Long.parseLong(parts.group(2))),
                        Long.parseLong(parts.group(3)),
                        Long.parseLong(parts.group(4)),
                        Integer.parseInt(parts.group(5)),
                        Kind.valueOf(parts.group(6).toUpperCase(Locale.ROOT))));
            } catch (IllegalArgumentException tooLarge) {
                return Optional.empty();
            }
        }
    }

    private static final Logger logger = LoggerFactory.getLogger(Quarantine.class);

    private final Disk disk;
    private final Path folder;
    private final InstantSource clock;
    private final FolderForces forces;

    /** What is missing, by the hash of the chunk. */
    private final ConcurrentMap<String, MissingVersion> missing = new ConcurrentHashMap<>();

    /** Whether a file may be here. */
    private volatile boolean used;

    Quarantine(Disk disk, Path folder, InstantSource clock) {
        this.disk = disk;
        this.folder = folder;
        this.clock = clock;
        this.forces = new FolderForces(disk, "the folder " + folder);
    }

    /** Remembers what the names of the files say. */
    void open() throws IOException {
        for (Entry entry : entries()) {
            used = true;
            remember(entry);
        }
    }

    /** The files that are here, as their names have them. */
    List<Entry> entries() throws IOException {
        return disk.list(folder).stream()
                .map(Entry::parse)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Whether no file is here; perhaps one that was is gone by now. */
    boolean isEmpty() {
        return !used;
    }

    /** Whether nothing is missing, which is the usual case and cheap to ask. */
    boolean nothingMissing() {
        return missing.isEmpty();
    }

    @Nullable
    MissingVersion missing(String hash) {
        return missing.get(hash);
    }

    /**
     * Finds a name for a file that is to come here, and remembers what will be missing: before the file is gone, so that at no moment
     * anybody believes that there never was such a version.
     */
    Entry reserve(String hash, MissingVersion version, Kind kind) throws IOException {
        Entry entry = free(hash, version, kind);
        used = true;
        remember(entry);
        return entry;
    }

    /**
     * Moves a file here. That is durable when the folder is that the file leaves; until then a crash may undo it.
     *
     * @return where the file is
     * @throws java.nio.file.NoSuchFileException when there is none to move
     */
    Path move(Path file, Entry entry) throws IOException {
        Path target = folder.resolve(entry.fileName());
        disk.rename(file, target);
        return target;
    }

    /**
     * Moves a file here, as {@link #move}; for one that is gone leaves an empty file, which is durable on return. On a full disk there may be
     * no room for that: then what is missing is remembered until the server is started again.
     */
    Path moveOrMark(Path file, Entry entry) throws IOException {
        try {
            return move(file, entry);
        } catch (NoSuchFileException gone) {
            return mark(entry);
        }
    }

    /** Leaves an empty file, as {@link #moveOrMark}. */
    Path mark(Entry entry) throws IOException {
        Path mark = folder.resolve(entry.fileName());
        try {
            disk.create(mark).close();
            forces.force(folder);
        } catch (DiskFullException e) {
            logger.warn(
                    "no room for {}: version {} is not remembered as missing over a restart", mark, entry.version());
        }
        return mark;
    }

    private Entry free(String hash, MissingVersion version, Kind kind) throws IOException {
        Entry entry = new Entry(hash, version.version(), version.epoch(), clock.millis(), 0, kind);
        while (disk.size(folder.resolve(entry.fileName())).isPresent()) {
            entry = new Entry(hash, entry.version(), entry.epoch(), entry.sinceMillis(), entry.copy() + 1, kind);
        }
        return entry;
    }

    private void remember(Entry entry) {
        if (entry.kind() == Kind.MISSING && entry.version().number() > 0) {
            missing.merge(
                    entry.hash(),
                    new MissingVersion(entry.version(), entry.epoch()),
                    (a, b) -> b.version().isNewerThan(a.version()) ? b : a);
        }
    }

    /** A version as new as what was missing was published: nothing is missing any more. */
    void published(String hash, ChunkVersion version) {
        missing.computeIfPresent(hash, (key, lacked) -> lacked.version().isNewerThan(version) ? lacked : null);
    }

    /** Notes on the disk that a version as new was published here; a crash may undo it, and it is noted again. */
    void replaced(Entry entry) throws IOException {
        disk.rename(
                folder.resolve(entry.fileName()),
                folder.resolve(entry.as(Kind.REPLACED).fileName()));
    }

    /** Destroys a file. */
    void remove(Entry entry) throws IOException {
        disk.delete(folder.resolve(entry.fileName()));
    }
}
