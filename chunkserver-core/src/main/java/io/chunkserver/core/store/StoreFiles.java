package io.chunkserver.core.store;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The files of a store that nobody has open, each judged by itself: footer, place, table and every byte. Only {@link #quarantine} and
 * {@link #rememberMissing} change anything.
 *
 * <p>Memory for one block and one table of checksums. An {@link IOException} that is no {@link ChunkServerException} means that the disk
 * did not let one read, which says nothing about the file.
 */
public final class StoreFiles {

    private final Disk disk;
    private final StoreLayout layout;

    public StoreFiles(Disk disk, Path chunks, Path quarantine) {
        this.disk = disk;
        this.layout = new StoreLayout(chunks, quarantine);
    }

    /**
     * A file that was read.
     *
     * @param info   what its footer says; null when that cannot be known
     * @param key    the transaction and attempt that wrote it; null with {@code info}
     * @param damage what is wrong with it; null when nothing is
     */
    public record Checked(
            Path file,
            long sizeBytes,
            @Nullable ChunkInfo info,
            @Nullable StageKey key,
            @Nullable Damage damage) {}

    /**
     * What is wrong with a file.
     *
     * @param code        {@code CORRUPT}, {@code FORMAT_TOO_NEW} or {@code FORMAT_TOO_OLD}
     * @param misplaced   whether its bytes are fine and it lies where those of another chunk or attempt belong
     * @param offsetBytes where in the file
     */
    public record Damage(ErrorCode code, boolean misplaced, long offsetBytes, String message) {}

    /** What names on the disk are. */
    public enum Kind {
        CHUNK,
        STAGED,
        FOREIGN
    }

    public static Kind kindOf(Path name) {
        return StoreLayout.isChunk(name) ? Kind.CHUNK : StoreLayout.isStaged(name) ? Kind.STAGED : Kind.FOREIGN;
    }

    /** The folder that a chunk's files belong in. */
    public Path folderOf(ChunkId chunk) {
        return DiskNames.parentOf(layout.chunkFile(chunk));
    }

    public Path chunkFile(ChunkId chunk) {
        return layout.chunkFile(chunk);
    }

    public Path stagedFile(ChunkId chunk, StageKey key) {
        return layout.stagedFile(chunk, key);
    }

    /** Hears of what cannot be read, and of names that are none of the store's. */
    public interface Obstacles {
        void unreadable(Path folder, IOException why);

        void foreign(Path path);
    }

    /** All folders that hold chunk files, in order. */
    public SortedSet<Path> folders(Obstacles obstacles) {
        SortedSet<Path> folders = new TreeSet<>();
        for (Path upper : below(layout.chunks(), obstacles)) {
            folders.addAll(below(upper, obstacles));
        }
        return folders;
    }

    private SortedSet<Path> below(Path folder, Obstacles obstacles) {
        SortedSet<Path> below = new TreeSet<>();
        try {
            for (Path name : disk.list(folder)) {
                Path path = folder.resolve(name);
                if (StoreLayout.isFanOut(name) && disk.size(path).isEmpty()) {
                    below.add(path);
                } else {
                    obstacles.foreign(path);
                }
            }
        } catch (IOException e) {
            obstacles.unreadable(folder, e);
        }
        return below;
    }

    /** The version of a chunk that the footer of its file tells; {@link ChunkVersion#NONE} when there is none that can be read. */
    public ChunkVersion version(ChunkId chunk) {
        Path file = layout.chunkFile(chunk);
        try (DiskFile open = disk.openForRead(file)) {
            return FooterReader.read(open, file).version();
        } catch (IOException e) {
            // Whoever checks the file tells what is wrong with it.
            return ChunkVersion.NONE;
        }
    }

    /**
     * Reads all of a file that is called as one of a store's.
     *
     * @param progress hears of the bytes that were read
     */
    public Checked check(Path file, LongConsumer progress) throws IOException {
        try (DiskFile open = disk.openForRead(file)) {
            long sizeBytes = open.size();
            try {
                return check(file, open, sizeBytes, FooterReader.read(open, file), progress);
            } catch (ChunkServerException e) {
                progress.accept(sizeBytes);
                long trailer = Math.max(0, sizeBytes - ChunkFileFormat.TRAILER_BYTES);
                return new Checked(
                        file,
                        sizeBytes,
                        null,
                        null,
                        new Damage(e.code(), false, trailer, e.failure().message()));
            }
        }
    }

    private Checked check(Path file, DiskFile open, long sizeBytes, ChunkFooter footer, LongConsumer progress)
            throws IOException {
        Damage damage = checkPlace(file, footer);
        if (damage == null) {
            damage = checkBytes(open, footer, progress);
        }
        progress.accept(sizeBytes - footer.lengthBytes());
        return new Checked(file, sizeBytes, footer.info(), footer.key(), damage);
    }

    private @Nullable Damage checkPlace(Path file, ChunkFooter footer) {
        Path place = StoreLayout.isStaged(file.getFileName())
                ? layout.stagedFile(footer.chunk(), footer.key())
                : layout.chunkFile(footer.chunk());
        return place.equals(file)
                ? null
                : new Damage(
                        ErrorCode.CORRUPT,
                        true,
                        0,
                        "it holds version " + footer.version() + " of chunk " + footer.chunk() + ", which belongs in "
                                + place);
    }

    private static @Nullable Damage checkBytes(DiskFile open, ChunkFooter footer, LongConsumer progress)
            throws IOException {
        ByteBuffer table = ByteBuffer.allocate(ChunkFileFormat.tableBytes(footer.lengthBytes()));
        open.readFully(table, footer.lengthBytes());
        if (Crc32c.of(table.flip()) != footer.tableCrc()) {
            return damaged(footer, footer.lengthBytes(), "its table of checksums does not match the footer");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BlockLayout.BLOCK_BYTES, footer.lengthBytes()));
        int whole = 0;
        for (int block = 0; block < BlockLayout.blockCount(footer.lengthBytes()); block++) {
            long offset = (long) block * BlockLayout.BLOCK_BYTES;
            buffer.clear().limit(BlockLayout.blockLength(block, footer.lengthBytes()));
            try {
                open.readFully(buffer, offset);
            } catch (EOFException e) {
                return damaged(footer, offset, "the file ends before block " + block);
            }
            progress.accept(buffer.position());
            int crc = Crc32c.of(buffer.flip());
            if (crc != table.getInt(block * Integer.BYTES)) {
                return damaged(footer, offset, "block " + block + " does not match its checksum");
            }
            whole = Crc32c.combine(whole, crc, buffer.limit());
        }
        return whole == footer.dataCrc()
                ? null
                : damaged(footer, 0, "its blocks match their checksums but not that of the whole");
    }

    private static Damage damaged(ChunkFooter footer, long offset, String what) {
        return new Damage(
                ErrorCode.CORRUPT,
                false,
                offset,
                "version " + footer.version() + " of chunk " + footer.chunk() + ": " + what);
    }

    /**
     * Moves a published file to the quarantine, durably; nothing is ever replaced there. The next start finds it as the server itself would
     * have left it: with what is missing from now on.
     *
     * @param missing the newest version that is known to have been committed there; {@link ChunkVersion#NONE} when none is
     * @param clock   says since when it is there
     * @return where it is
     */
    public Path quarantine(Path file, MissingVersion missing, InstantSource clock) throws IOException {
        disk.createDirectories(layout.quarantine());
        Quarantine quarantine = new Quarantine(disk, layout.quarantine(), clock);
        Path target =
                quarantine.move(file, quarantine.reserve(StoreLayout.hash(file), missing, Quarantine.Kind.MISSING));
        disk.forceDirectory(layout.quarantine());
        disk.forceDirectory(DiskNames.parentOf(file));
        return target;
    }

    /**
     * Has the next start miss a version, as if its file lay in the quarantine; durable on return.
     *
     * @param file  where the version belongs
     * @param clock says since when it is missing
     * @return the empty file whose name says so
     * @throws DiskFullException when there is no room for that file
     */
    public Path rememberMissing(Path file, MissingVersion missing, InstantSource clock) throws IOException {
        disk.createDirectories(layout.quarantine());
        Quarantine quarantine = new Quarantine(disk, layout.quarantine(), clock);
        Path mark = quarantine.mark(quarantine.reserve(StoreLayout.hash(file), missing, Quarantine.Kind.MISSING));
        if (disk.size(mark).isEmpty()) {
            throw new DiskFullException(mark + ": no room to remember a version as missing");
        }
        return mark;
    }

    /** Where chunks belong of which the quarantine says that they are missing: a start knows of them. */
    public Set<Path> knownMissing() throws IOException {
        return quarantined().stream()
                .map(file -> Quarantine.Entry.parse(file.getFileName()))
                .flatMap(Optional::stream)
                .filter(entry -> entry.kind() == Quarantine.Kind.MISSING)
                .map(entry -> layout.chunkFile(entry.hash()))
                .collect(Collectors.toSet());
    }

    /** The files in the quarantine; empty when there is no such folder. */
    public List<Path> quarantined() throws IOException {
        try {
            return disk.list(layout.quarantine()).stream()
                    .map(layout.quarantine()::resolve)
                    .toList();
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }
}
