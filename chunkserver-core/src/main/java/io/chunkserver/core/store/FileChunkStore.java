package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chunk store that keeps each version in a file of its own.
 *
 * <p>Opening it reads the footer of every file; from then on {@link #stat}, {@link #list} and {@link #snapshot} answer
 * from memory. No lock is held while the disk is waited for, so chunks do not slow one another down.
 *
 * <p>A file is taken for what its footer says, not for where it lies: a footer that does not fit the index is damage.
 */
public final class FileChunkStore implements ChunkStore {

    private static final Logger logger = LoggerFactory.getLogger(FileChunkStore.class);

    /** The format of the files that are written. */
    public static final int FORMAT_VERSION = ChunkFileFormat.FORMAT;

    /** Files that stay open for the next reader; of the usual 1,024 or more that a process may have open. */
    private static final int MAX_OPEN_FILES = 256;

    private final Disk disk;
    private final StoreLayout layout;
    private final ChunkIndex index;
    private final ConcurrentMap<StageKey, ChunkInfo> finished = new ConcurrentHashMap<>();
    private final StoreFolders folders;
    private final StoreHandles handles = new StoreHandles();
    private final OpenFiles openFiles = new OpenFiles(MAX_OPEN_FILES);
    private final ChunkOpener opener;

    private volatile List<DamageFinding> findings = List.of();
    private volatile @Nullable IOException forceFailure;

    private FileChunkStore(Disk disk, StoreLayout layout, Consumer<ChunkId> onChange) {
        this.disk = disk;
        this.index = new ChunkIndex(onChange);
        this.layout = layout;
        this.folders = new StoreFolders(disk, layout);
        this.opener = new ChunkOpener(disk, layout, index, finished, handles, openFiles);
    }

    /**
     * Opens a store in two folders of a disk, which exist.
     *
     * @param chunks     published versions, and beside them those that are being written or await a decision
     * @param quarantine where damaged files are moved to
     * @throws ChunkServerException.Unusable with {@code FORMAT_TOO_NEW} or {@code FORMAT_TOO_OLD} when a file has
     *     another format; it is left as it is
     */
    public static FileChunkStore open(Disk disk, Path chunks, Path quarantine) throws IOException {
        return open(disk, chunks, quarantine, chunk -> {});
    }

    /**
     * Opens a store, as {@link #open(Disk, Path, Path)}, and tells somebody of its changes.
     *
     * @param onChange hears of each chunk that was found, published or removed, right after that; must not wait
     */
    public static FileChunkStore open(Disk disk, Path chunks, Path quarantine, Consumer<ChunkId> onChange)
            throws IOException {
        FileChunkStore store = new FileChunkStore(disk, new StoreLayout(chunks, quarantine), onChange);
        store.recover();
        return store;
    }

    private void recover() throws IOException {
        StoreRecovery recovery = new StoreRecovery(disk, layout);
        recovery.recover(index, finished);
        findings = recovery.findings();
        StoreSnapshot counts = index.snapshot();
        logger.info(
                "opened {} chunks and {} tombstones of {} bytes, {} staged versions; {} files were damaged",
                counts.chunks(),
                counts.tombstones(),
                counts.publishedBytes(),
                finished.size(),
                findings.size());
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
        try {
            folders.makeFor(file);
            return new StagedFile(disk, request, file, handles, finished::put);
        } catch (DiskFullException e) {
            throw StagedFile.noRoom(disk, request, e);
        }
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
            return republish(current.get(), key, target);
        }
        ChunkInfo info = finished.get(key);
        if (info == null) {
            throw new NoSuchFileException(
                    layout.stagedFile(chunk, key).toString(),
                    null,
                    "no finished version " + key + " of chunk " + chunk);
        }
        checkSucceeds(info, chunk, key, current);
        disk.rename(layout.stagedFile(chunk, key), target);
        folders.markChanged(target);
        index.advance(info);
        finished.remove(key);
        openFiles.forget(chunk);
        return new Publication(info, current.map(ChunkInfo::storedBytes).orElse(0L));
    }

    /** The version is published already, but perhaps by a process that died before it could force that. */
    private Publication republish(ChunkInfo info, StageKey key, Path target) throws IOException {
        folders.makeFor(target);
        folders.markChanged(target);
        discard(info.id(), key);
        return new Publication(info, 0);
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

    @Override
    public void discard(ChunkId chunk, StageKey key) throws IOException {
        handles.checkOpen();
        finished.remove(key);
        try {
            disk.delete(layout.stagedFile(chunk, key));
        } catch (NoSuchFileException e) {
            // Never staged, published or discarded before: all are fine.
        }
    }

    @Override
    public Optional<ChunkInfo> stat(ChunkId chunk) {
        return index.find(chunk);
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
        // Taken off the index first: a reader must not find an entry whose file is gone, which would be damage.
        if (info == null || !info.version().equals(version) || !index.remove(info)) {
            return 0;
        }
        Path file = layout.chunkFile(chunk);
        try {
            disk.delete(file);
        } catch (NoSuchFileException e) {
            logger.warn("chunk {} version {} had lost its file {} before it was deleted", chunk, version, file);
        } catch (IOException e) {
            index.advance(info);
            throw e;
        } finally {
            openFiles.forget(chunk);
        }
        folders.markChanged(file);
        return info.storedBytes();
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
        try (PublishedFile file = opener.openAfresh(chunk, true)) {
            file.verify();
            return file.info();
        }
    }

    /** As promised; after one failure every later call fails too, since the disk may forget what it could not write. */
    @Override
    public void forcePublished() throws IOException {
        handles.checkOpen();
        IOException failed = forceFailure;
        if (failed != null) {
            throw Failure.of(ErrorCode.DISK_FAILED, "an earlier force of the chunk folders failed")
                    .withHint("mend the disk and start the server again")
                    .toException(failed);
        }
        try {
            folders.force();
        } catch (IOException e) {
            forceFailure = e;
            throw e;
        }
    }

    @Override
    public StoreSnapshot snapshot() {
        return index.snapshot();
    }

    @Override
    public void close() throws IOException {
        handles.close();
    }
}
