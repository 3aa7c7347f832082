package io.chunkserver.core.store;

import io.chunkserver.core.disk.DeviceErrorException;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Opens published files while other threads publish and delete, and takes none that is not what the index says.
 *
 * <p>Safe for many threads; takes no lock.
 */
final class ChunkOpener {

    /*
     * Publishing is a rename, after which the index is changed. A reader that comes in between finds a file that is
     * newer than the index. It would be wrong to wait for the publisher, which may be slow, and wrong to return the
     * old version, which is gone; so the reader moves the index on itself. The map of finished versions tells it that
     * the newer file is a publication under way and not a stranger: the publisher takes its entry off only after it
     * has changed the index.
     */

    /** How often opening starts again when the chunk is replaced meanwhile. */
    private static final int MAX_TRIES = 64;

    /** A store knows of no others: there may be none, or none with the chunk. */
    static final String ELSEWHERE =
            "read it from another server that has it; if none has, store it again or bring back its file";

    private final Disk disk;
    private final StoreLayout layout;
    private final ChunkIndex index;
    private final Map<StageKey, ChunkInfo> finished;
    private final Quarantine quarantine;
    private final StoreHandles handles;
    private final OpenFiles openFiles;
    private final StoreListener listener;
    private final LongAdder readBytes = new LongAdder();

    /** Tells the folder of all chunks from another one in its place; set before anything is opened. */
    private volatile OptionalInt root = OptionalInt.empty();

    ChunkOpener(
            Disk disk,
            StoreLayout layout,
            ChunkIndex index,
            Map<StageKey, ChunkInfo> finished,
            Quarantine quarantine,
            StoreHandles handles,
            OpenFiles openFiles,
            StoreListener listener) {
        this.disk = disk;
        this.layout = layout;
        this.index = index;
        this.finished = finished;
        this.quarantine = quarantine;
        this.handles = handles;
        this.openFiles = openFiles;
        this.listener = listener;
    }

    /** Remembers which folder the store is in: one that comes in its place later has none of its files. */
    void opened() throws IOException {
        root = rootNow();
    }

    private OptionalInt rootNow() throws IOException {
        return disk.stamp(layout.chunks())
                .map(stamp -> OptionalInt.of(stamp.file()))
                .orElse(OptionalInt.empty());
    }

    /** Bytes of data that were read by others than who verifies. */
    long readBytes() {
        return readBytes.sum();
    }

    /** See {@link ChunkStore#missing}. */
    Optional<MissingVersion> missing(ChunkId chunk) {
        if (quarantine.nothingMissing()) {
            return Optional.empty();
        }
        Optional<MissingVersion> missing = Optional.ofNullable(quarantine.missing(StoreLayout.hash(chunk)));
        // The index is asked afterwards: what is taken out of service is remembered before it leaves the index.
        Optional<ChunkInfo> published = index.find(chunk);
        return missing.filter(version -> published.isEmpty()
                || version.version().isNewerThan(published.get().version()));
    }

    /** A reader of the published version, by a file that is open already if there is one. */
    ChunkReader open(ChunkId chunk) throws IOException {
        ChunkReader ready = openIfReady(chunk);
        return ready != null ? ready : keep(openAfresh(chunk, false, readBytes));
    }

    /** Leaves the file open for other readers too, unless its version is not the published one any more. */
    ChunkReader keep(PublishedFile opened) {
        ChunkReader reader = openFiles.keep(opened);
        // Whoever replaced or deleted the chunk meanwhile may have said so before the file was kept.
        if (!index.find(opened.info().id()).equals(Optional.of(opened.info()))) {
            openFiles.forget(opened.info().id());
        }
        return reader;
    }

    /** A reader of the published version, if its file is open; does not wait for the disk. */
    @Nullable
    ChunkReader openIfReady(ChunkId chunk) throws IOException {
        handles.checkOpen();
        return index.find(chunk).map(openFiles::find).orElse(null);
    }

    /** Opens the file of the published version, tombstones included, for who verifies it. */
    PublishedFile openAfresh(ChunkId chunk) throws IOException {
        return openAfresh(chunk, true, new LongAdder());
    }

    private PublishedFile openAfresh(ChunkId chunk, boolean alsoTombstone, LongAdder counted) throws IOException {
        for (int tries = 0; tries < MAX_TRIES; tries++) {
            handles.checkOpen();
            ChunkInfo expected = index.find(chunk).orElse(null);
            if (expected == null) {
                checkNeverStored(chunk);
                continue;
            }
            if (expected.tombstone() && !alsoTombstone) {
                throw notFound(chunk);
            }
            PublishedFile opened;
            try {
                opened = tryOpen(expected, counted);
            } catch (ChunkServerException.Corrupt e) {
                listener.damaged(expected, e.failure());
                throw e;
            } catch (DeviceErrorException e) {
                listener.unreadable(expected);
                throw e;
            }
            if (opened != null) {
                return opened;
            }
        }
        throw Failure.of(ErrorCode.BUSY, "chunk " + chunk + " is replaced faster than it can be opened")
                .toException();
    }

    /** Opens the version that the index had; null when the index has another one by now. */
    private @Nullable PublishedFile tryOpen(ChunkInfo expected, LongAdder counted) throws IOException {
        Path name = layout.chunkFile(expected.id());
        DiskFile file;
        try {
            file = handles.add(disk.openForRead(name));
        } catch (NoSuchFileException e) {
            checkMounted();
            checkReplaced(expected, "file " + name + " is missing");
            return null;
        }
        PublishedFile opened = null;
        try {
            ChunkFooter footer = readFooter(file, name, expected.id());
            if (footer.info().equals(expected)) {
                opened = PublishedFile.open(file, name, footer, handles, new PublishedFile.Watch(listener, counted));
            } else if (footer.info().equals(finished.get(footer.key()))) {
                index.advance(footer.info());
            } else {
                checkReplaced(
                        expected,
                        "file " + name + " holds version " + footer.version() + " of chunk " + footer.chunk()
                                + " by transaction " + footer.key().transaction());
            }
        } finally {
            if (opened == null) {
                handles.close(file);
            }
        }
        return opened;
    }

    private static ChunkFooter readFooter(DiskFile file, Path name, ChunkId chunk) throws IOException {
        try {
            return FooterReader.read(file, name);
        } catch (ChunkServerException.Corrupt e) {
            throw Failure.of(
                            ErrorCode.CORRUPT,
                            "chunk " + chunk + " is damaged: " + e.failure().message())
                    .toException(e);
        }
    }

    /** Something else was found than the index said: that is damage, unless the index says otherwise by now. */
    private void checkReplaced(ChunkInfo expected, String found) throws ChunkServerException {
        if (index.find(expected.id()).equals(Optional.of(expected))) {
            throw Failure.of(
                            ErrorCode.CORRUPT,
                            "chunk " + expected.id() + " version " + expected.version() + " by transaction "
                                    + expected.transaction() + " is lost: " + found)
                    .withHint(ELSEWHERE)
                    .toException();
        }
    }

    /** Whether the folder of all chunks is the one that was opened. */
    boolean isMounted() throws IOException {
        return rootNow().equals(root);
    }

    /** Where the whole folder is gone or is another one, nothing is known of a single file. */
    private void checkMounted() throws IOException {
        if (!isMounted()) {
            throw new IOException("folder " + layout.chunks() + " of " + disk
                    + " is not there any more; is its file system mounted?");
        }
    }

    /** Throws unless the chunk was published a moment ago. */
    private void checkNeverStored(ChunkId chunk) throws ChunkServerException {
        Optional<MissingVersion> missing = missing(chunk);
        if (missing.isPresent()) {
            throw Failure.of(
                            ErrorCode.CORRUPT,
                            "version " + missing.get().version() + " of chunk " + chunk
                                    + " is out of service here, since its file was found damaged or missing")
                    .withHint(ELSEWHERE)
                    .toException();
        }
        if (index.find(chunk).isEmpty()) {
            throw notFound(chunk);
        }
    }

    private static ChunkServerException notFound(ChunkId chunk) {
        return Failure.of(ErrorCode.CHUNK_NOT_FOUND, "chunk " + chunk + " is not stored here")
                .toException();
    }
}
