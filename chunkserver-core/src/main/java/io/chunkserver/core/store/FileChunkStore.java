package io.chunkserver.core.store;

import io.chunkserver.core.disk.DeviceErrorException;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.disk.EmergencyRoom;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chunk store that keeps each version in a file of its own.
 *
 * <p>Opening it reads a checkpoint of the index, and the footer of every file in the folders that were changed since; from then on
 * {@link #stat}, {@link #list} and {@link #snapshot} answer from memory. No lock is held while the disk is waited for, so chunks do
 * not slow one another down.
 *
 * <p>A file is taken for what its footer says, not for where it lies: a footer that does not fit the index is damage.
 */
public final class FileChunkStore implements ChunkStore {

    private static final Logger logger = LoggerFactory.getLogger(FileChunkStore.class);

    /** The format of the files that are written. */
    public static final int FORMAT_VERSION = ChunkFileFormat.FORMAT;

    /** Files that stay open for the next reader; of the usual 1,024 or more that a process may have open. */
    private static final int MAX_OPEN_FILES = 256;

    /** Files whose blocks are gathered at the same time, each in a buffer of its own; more do not make a disk faster. */
    private static final int MAX_GATHERING = 8;

    private final Disk disk;
    private final StoreLayout layout;
    private final ChunkIndex index;
    private final ConcurrentMap<StageKey, ChunkInfo> finished = new ConcurrentHashMap<>();
    private final StoreFolders folders;
    private final StoreHandles handles = new StoreHandles();
    private final Quarantine quarantine;
    private final GatheredWrites.Buffers gathering = new GatheredWrites.Buffers(MAX_GATHERING);
    private final WriteWays ways;
    private final OpenFiles openFiles = new OpenFiles(MAX_OPEN_FILES);
    private final StoreRecovery recovery;
    private final ChunkOpener opener;
    private final IndexCheckpointFile checkpointFile;
    private final CheckpointWriter checkpoints;
    private final EmergencyRoom emergency;
    private final AtomicBoolean closed = new AtomicBoolean();

    private final LongAdder writtenBytes = new LongAdder();

    /** Versions, staged and published, whose files may not be durable. */
    private final Set<ChunkInfo> unforced = ConcurrentHashMap.newKeySet();

    /** Published versions that the device has refused to read so often that this counts as damage. */
    private final Set<ChunkInfo> givenUp = ConcurrentHashMap.newKeySet();

    private final StoreListener listener;

    private volatile List<DamageFinding> findings = List.of();

    private FileChunkStore(
            Disk disk,
            StoreLayout layout,
            Path checkpoint,
            InstantSource clock,
            StoreListener listener,
            EmergencyRoom emergency) {
        this.disk = disk;
        this.emergency = emergency;
        this.listener = listener;
        this.ways = new WriteWays(clock);
        this.index = new ChunkIndex(listener::changed);
        this.layout = layout;
        this.folders = new StoreFolders(disk, layout);
        this.quarantine = new Quarantine(disk, layout.quarantine(), clock);
        this.recovery = new StoreRecovery(disk, layout, folders, unforced, quarantine);
        this.opener = new ChunkOpener(disk, layout, index, finished, quarantine, handles, openFiles, listener);
        this.checkpointFile = new IndexCheckpointFile(disk, checkpoint);
        this.checkpoints = new CheckpointWriter(disk, layout, index, folders, unforced, checkpointFile);
    }

    /**
     * Opens a store in three folders of a disk. The first two exist. Nothing that is staged there was promised, unless it is whole.
     *
     * @param chunks     published versions, and beside them those that are being written or await a decision
     * @param quarantine where damaged files are moved to
     * @param checkpoint what helps the next opening; it may be removed
     * @throws ChunkServerException.Unusable with {@code FORMAT_TOO_NEW} or {@code FORMAT_TOO_OLD} when a file has
     *     another format; it is left as it is
     */
    public static FileChunkStore open(Disk disk, Path chunks, Path quarantine, Path checkpoint) throws IOException {
        FileChunkStore store = open(
                disk, chunks, quarantine, checkpoint, () -> Instant.EPOCH, StoreListener.NOBODY, EmergencyRoom.NONE);
        store.settleDamaged(Map::of);
        return store;
    }

    /**
     * Opens a store, as {@link #open(Disk, Path, Path, Path)}, and tells somebody of its changes. Staged files that are damaged wait for
     * {@link #settleDamaged}.
     *
     * @param clock     says since when a file is in the quarantine, and measures writes
     * @param listener  hears of changes and of damage
     * @param emergency makes room for tombstones when the disk is full
     */
    public static FileChunkStore open(
            Disk disk,
            Path chunks,
            Path quarantine,
            Path checkpoint,
            InstantSource clock,
            StoreListener listener,
            EmergencyRoom emergency)
            throws IOException {
        FileChunkStore store =
                new FileChunkStore(disk, new StoreLayout(chunks, quarantine), checkpoint, clock, listener, emergency);
        store.recover();
        return store;
    }

    private void recover() throws IOException {
        quarantine.open();
        opener.opened();
        recovery.recover(readCheckpoint(), index, finished);
        findings = recovery.findings();
        checkpoints.opened(recovery.footersRead());
        StoreSnapshot counts = index.snapshot();
        logger.info(
                "opened {} chunks and {} tombstones of {} bytes, {} staged versions; {} files were read, {} were damaged",
                counts.chunks(),
                counts.tombstones(),
                counts.publishedBytes(),
                finished.size(),
                recovery.footersRead(),
                findings.size());
    }

    /** Whatever is wrong with a checkpoint, the files themselves say what is there. */
    private IndexCheckpoint readCheckpoint() {
        try {
            return checkpointFile.read();
        } catch (IOException e) {
            logger.warn("all chunk files are read, since {} is of no use: {}", checkpointFile, e.getMessage());
            return IndexCheckpoint.NONE;
        }
    }

    /**
     * Writes a checkpoint of the index if it would spare the next opening much, or something and nothing is going on. To be called
     * now and then, by one thread at a time.
     *
     * @throws IOException when folders could not be forced: the disk has failed, as with {@link #forcePublished}
     */
    public void checkpointIfDue() throws IOException {
        if (checkpoints.isDue()) {
            checkpoint();
        }
    }

    private void checkpoint() throws IOException {
        folders.force();
        checkpoints.write();
    }

    /**
     * Decides about the staged files that were found without a good footer when the store was opened. A crash leaves such files of versions
     * that were being written, and they are removed; those of versions that were promised are damaged, and kept in the quarantine. That is
     * durable with the next {@link #forcePublished}; until then a crash may undo it, and it is done again. To be called once, before
     * anything else.
     *
     * @param promised the staged versions that were durable when they were promised, and their chunks; asked only when there is a such file
     */
    public void settleDamaged(Supplier<Map<StageKey, ChunkId>> promised) throws IOException {
        recovery.settleDamaged(promised);
        findings = recovery.findings();
    }

    /** The damaged files that were found when the store was opened. */
    public List<DamageFinding> findings() {
        return findings;
    }

    @Override
    public long storedBytes(ChunkId chunk, Attributes attributes, long lengthBytes) {
        return ChunkFileFormat.storedBytes(chunk, attributes, lengthBytes);
    }

    @Override
    public StagedChunk stage(StageRequest request) throws IOException {
        handles.checkOpen();
        Path file = layout.stagedFile(request.chunk(), request.key());
        while (true) {
            try {
                folders.makeFor(file);
                return changing(file, () -> begin(request, file));
            } catch (DiskFullException e) {
                if (!request.tombstone() || !emergency.make()) {
                    throw StagedFile.noRoom(disk, request, e);
                }
            }
        }
    }

    /** A tombstone takes all its room now, when more can still be made: its end then overwrites what it has. */
    private StagedFile begin(StageRequest request, Path file) throws IOException {
        StagedFile staged =
                new StagedFile(disk, folders, request, file, handles, gathering, ways, info -> finished(request, info));
        if (request.tombstone()) {
            try {
                staged.takeRoom(storedBytes(request.chunk(), request.attributes(), 0));
            } catch (IOException e) {
                staged.close();
                disk.delete(file);
                throw e;
            }
        }
        return staged;
    }

    private void finished(StageRequest request, ChunkInfo info) {
        if (request.durability() != Durability.SYNC) {
            unforced.add(info);
        }
        finished.put(request.key(), info);
        writtenBytes.add(info.lengthBytes());
    }

    @Override
    public List<StagedVersion> staged() {
        return finished.entrySet().stream()
                .map(entry -> new StagedVersion(entry.getKey(), entry.getValue()))
                .toList();
    }

    @Override
    public Publication publish(ChunkId chunk, StageKey key) throws IOException {
        handles.checkOpen();
        Path target = layout.chunkFile(chunk);
        Optional<ChunkInfo> current = index.find(chunk);
        if (current.isPresent() && current.get().transaction().equals(key.transaction())) {
            discard(chunk, key);
            return new Publication(current.get(), 0);
        }
        ChunkInfo info = finished.get(key);
        if (info == null) {
            throw new NoSuchFileException(
                    layout.stagedFile(chunk, key).toString(),
                    null,
                    "no finished version " + key + " of chunk " + chunk);
        }
        checkSucceeds(info, chunk, key, current);
        checkNotOlder(info, missing(chunk));
        changing(target, () -> {
            disk.rename(layout.stagedFile(chunk, key), target);
            index.advance(info);
            return info;
        });
        finished.remove(key);
        current.ifPresent(unforced::remove);
        openFiles.forget(chunk);
        if (!quarantine.nothingMissing()) {
            quarantine.published(StoreLayout.hash(chunk), info.version());
        }
        return new Publication(info, current.map(ChunkInfo::storedBytes).orElse(0L));
    }

    private static void checkSucceeds(ChunkInfo info, ChunkId chunk, StageKey key, Optional<ChunkInfo> current)
            throws ChunkServerException {
        if (!info.id().equals(chunk)) {
            throw new IllegalArgumentException(
                    "staged version " + key + " is one of chunk " + info.id() + ", not of chunk " + chunk);
        }
        if (current.isPresent() && !info.version().isNewerThan(current.get().version())) {
            throw Failure.of(
                            ErrorCode.VERSION_CONFLICT,
                            "version " + info.version() + " of chunk " + chunk + " is not newer than version "
                                    + current.get().version() + ", which is published")
                    .in(key.transaction())
                    .toException();
        }
    }

    /** The missing version itself may come back, as a copy from a peer. */
    private static void checkNotOlder(ChunkInfo info, Optional<MissingVersion> missing) throws ChunkServerException {
        if (missing.isPresent() && missing.get().version().isNewerThan(info.version())) {
            throw Failure.of(
                            ErrorCode.VERSION_CONFLICT,
                            "version " + info.version() + " of chunk " + info.id() + " is older than version "
                                    + missing.get().version() + ", which is committed here and was damaged")
                    .toException();
        }
    }

    @Override
    public void discard(ChunkId chunk, StageKey key) throws IOException {
        handles.checkOpen();
        ChunkInfo removed = finished.remove(key);
        if (removed != null) {
            unforced.remove(removed);
        }
        Path file = layout.stagedFile(chunk, key);
        if (!folders.isThere(file)) {
            // As when a store is refused before anything is staged: there is nothing to remove, and no folder to force.
            return;
        }
        try {
            changing(file, () -> {
                disk.delete(file);
                return file;
            });
        } catch (NoSuchFileException e) {
            // Never staged, published or discarded before: all are fine.
        }
    }

    @Override
    public Optional<ChunkInfo> stat(ChunkId chunk) {
        return index.find(chunk);
    }

    /** When the file of the published version was written, by the clock of its file system; empty when there is none. */
    public Optional<Instant> writtenAt(ChunkId chunk) throws IOException {
        return disk.stamp(layout.chunkFile(chunk)).map(stamp -> Instant.EPOCH.plusNanos(stamp.modifiedNanos()));
    }

    /** A comparison of the index with the files, to be made step by step; any number of them may be under way. */
    public StoreAudit audit() {
        return new StoreAudit(disk, layout, index, folders);
    }

    @Override
    public Attributes attributes(ChunkId chunk) throws IOException {
        try (ChunkReader reader = open(chunk)) {
            return reader.attributes();
        }
    }

    @Override
    public ChunkReader open(ChunkId chunk) throws IOException {
        return opener.open(chunk);
    }

    @Override
    public @Nullable ChunkReader openIfReady(ChunkId chunk) throws IOException {
        return opener.openIfReady(chunk);
    }

    @Override
    public long delete(ChunkId chunk, ChunkVersion version) throws IOException {
        handles.checkOpen();
        ChunkInfo info = index.find(chunk).orElse(null);
        if (info == null || !info.version().equals(version)) {
            return 0;
        }
        Path file = layout.chunkFile(chunk);
        boolean removed = changing(file, () -> remove(info, file));
        return removed ? info.storedBytes() : 0;
    }

    private boolean remove(ChunkInfo info, Path file) throws IOException {
        // Taken off the index first: a reader must not find an entry whose file is gone, which would be damage.
        if (!index.remove(info)) {
            return false;
        }
        try {
            disk.delete(file);
        } catch (NoSuchFileException e) {
            logger.warn(
                    "chunk {} version {} had lost its file {} before it was deleted", info.id(), info.version(), file);
        } catch (IOException e) {
            index.advance(info);
            throw e;
        } finally {
            openFiles.forget(info.id());
        }
        unforced.remove(info);
        return true;
    }

    @Override
    public List<ChunkInfo> list(String pathPrefix, @Nullable ChunkId after, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a page of " + limit + " chunks is too small");
        }
        return index.list(pathPrefix, after, limit);
    }

    @Override
    public ChunkInfo verify(ChunkId chunk) throws IOException {
        try (ChunkExamination examination = examine(chunk)) {
            while (!examination.step(Long.MAX_VALUE)) {
                // One step reads all.
            }
            return examination.info();
        }
    }

    /**
     * Begins to verify a chunk, tombstones included, in steps.
     *
     * @throws io.chunkserver.core.error.ChunkServerException.Corrupt when footer or table of checksums are damaged
     */
    public ChunkExamination examine(ChunkId chunk) throws IOException {
        return new ChunkExamination(opener.openAfresh(chunk));
    }

    /**
     * Tells that a published version is as good as damaged, since the device refuses to read it, while it reads others of this store: the next
     * {@link #withdraw} takes it out of service if that is still so. Not for a disk that is full, unmounted or without file handles.
     *
     * @param reason what was tried, for a person
     */
    public void giveUpReading(ChunkInfo version, String reason) {
        givenUp.add(version);
        listener.damaged(version, Failure.of(ErrorCode.CORRUPT, reason).withHint(ChunkOpener.ELSEWHERE));
    }

    @Override
    public Optional<DamageFinding> withdraw(ChunkInfo version) throws IOException {
        handles.checkOpen();
        try {
            ChunkInfo verified = verify(version.id());
            logger.debug("chunk {} version {} is sound", verified.id(), verified.version());
            return Optional.empty();
        } catch (ChunkServerException.Corrupt damage) {
            return withdraw(
                    version,
                    Quarantine.Kind.MISSING,
                    DamageFinding.Kind.DAMAGED,
                    damage.failure().message());
        } catch (DeviceErrorException e) {
            if (!givenUp.contains(version)) {
                throw e;
            }
            return withdraw(
                    version,
                    Quarantine.Kind.MISSING,
                    DamageFinding.Kind.UNREADABLE,
                    "the device refuses to read it: " + e.getMessage());
        } catch (ChunkServerException.NotFound removed) {
            return Optional.empty();
        } finally {
            givenUp.remove(version);
        }
    }

    private Optional<DamageFinding> withdraw(
            ChunkInfo version, Quarantine.Kind kind, DamageFinding.Kind found, String reason) throws IOException {
        Path file = layout.chunkFile(version.id());
        return changing(
                file, () -> withdraw(version, file, kind).map(kept -> new DamageFinding(file, kept, found, reason)));
    }

    private Optional<Path> withdraw(ChunkInfo version, Path file, Quarantine.Kind kind) throws IOException {
        Quarantine.Entry entry = quarantine.reserve(
                StoreLayout.hash(version.id()), new MissingVersion(version.version(), version.epoch()), kind);
        // As with a deletion: a reader must not find an entry whose file is gone.
        if (!index.remove(version)) {
            return Optional.empty();
        }
        Path kept;
        try {
            kept = quarantine.moveOrMark(file, entry);
        } catch (IOException e) {
            index.advance(version);
            throw e;
        } finally {
            openFiles.forget(version.id());
        }
        unforced.remove(version);
        return Optional.of(kept);
    }

    @Override
    public void lost(ChunkId chunk, ChunkVersion version) throws IOException {
        handles.checkOpen();
        if (!version.isNewerThan(committedVersion(chunk))) {
            return;
        }
        quarantine.mark(
                quarantine.reserve(StoreLayout.hash(chunk), new MissingVersion(version, 0), Quarantine.Kind.MISSING));
        Optional<ChunkInfo> older = stat(chunk);
        if (older.isPresent()) {
            withdraw(
                    older.get(),
                    Quarantine.Kind.UNKNOWN,
                    DamageFinding.Kind.DAMAGED,
                    "version " + version + " is committed and lost");
        }
    }

    /** Whether the folder that was opened is still there, which it is not when its file system is unmounted. */
    public boolean isMounted() throws IOException {
        return opener.isMounted();
    }

    @Override
    public Optional<MissingVersion> missing(ChunkId chunk) {
        return opener.missing(chunk);
    }

    /** Finds files that the index does not know. */
    public StrayFiles strayFiles() {
        return new StrayFiles(disk, layout, index, finished, folders, quarantine);
    }

    /** Keeps the quarantine in order. */
    public QuarantineUpkeep quarantineUpkeep() {
        return new QuarantineUpkeep(disk, layout, this, quarantine);
    }

    /** How many bytes were read from and written to chunk files up to now, verifying not counted. */
    public long trafficBytes() {
        return opener.readBytes() + writtenBytes.sum();
    }

    /** As promised; after one failure every later call fails too, since the disk may forget what it could not write. */
    @Override
    public void forcePublished() throws IOException {
        handles.checkOpen();
        folders.force();
    }

    private interface Change<T> {
        T make() throws IOException;
    }

    /** Changes the name of a chunk file in the sight of who writes a checkpoint. */
    private <T> T changing(Path file, Change<T> change) throws IOException {
        StoreFolder folder = folders.beginChange(file);
        boolean changed = true;
        try {
            return change.make();
        } catch (NoSuchFileException e) {
            changed = false;
            throw e;
        } finally {
            folder.end(changed);
        }
    }

    @Override
    public StoreSnapshot snapshot() {
        return index.snapshot();
    }

    /** As promised, and writes a checkpoint for the next opening. */
    @Override
    public void close() throws IOException {
        handles.close();
        if (closed.compareAndSet(false, true) && !folders.haveFailed() && checkpoints.isOutdated()) {
            try {
                checkpoint();
            } catch (IOException e) {
                logger.warn("no checkpoint of the index was written, the next start takes longer", e);
            }
        }
    }
}
