package io.chunkserver.examples.ownstore;

import io.chunkserver.core.checksum.BlockChecksums;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.DamageFinding;
import io.chunkserver.core.store.MissingVersion;
import io.chunkserver.core.store.Publication;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import io.chunkserver.core.store.StagedVersion;
import io.chunkserver.core.store.StoreSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store in the memory of one process, for a cache or a test. Nothing in it outlives the process, whatever durability is asked for;
 * in all else it keeps the promises of {@link ChunkStore}.
 *
 * <p>Thread-safe: every method holds the store's lock, and versions do not change once they are finished.
 */
class MapChunkStore implements ChunkStore {

    private final StoredVersions versions;

    /** All that were begun through this store or are finished, and are neither published nor discarded. */
    private final Set<StageKey> begun = new HashSet<>();

    private boolean closed;

    /** Opens a store on what another one left, which is closed. */
    MapChunkStore(StoredVersions versions) {
        this.versions = versions;
        versions.staged().forEach(staged -> begun.add(staged.key()));
    }

    @Override
    public long storedBytes(ChunkId chunk, Attributes attributes, long lengthBytes) {
        return StoredVersions.OVERHEAD_BYTES + lengthBytes;
    }

    @Override
    public synchronized StagedChunk stage(StageRequest request) throws IOException {
        requireOpen();
        if (!begun.add(request.key())) {
            throw new FileAlreadyExistsException(request.key().toString());
        }
        return new Staging(request, versions.numberOf(request.chunk()));
    }

    @Override
    public synchronized List<StagedVersion> staged() throws IOException {
        requireOpen();
        return versions.staged().stream()
                .map(staged -> new StagedVersion(staged.key(), staged.info()))
                .toList();
    }

    @Override
    public synchronized Publication publish(ChunkId chunk, StageKey key) throws IOException {
        requireOpen();
        StoredVersion current = versions.published(chunk);
        if (current != null && current.info().transaction().equals(key.transaction())) {
            return new Publication(current.info(), 0);
        }
        StoredVersion next = versions.staged(key);
        if (next == null) {
            throw new NoSuchFileException(chunk + " of " + key);
        }
        requireNewer(next, versions.numberOf(chunk));
        requireNotOlder(next);
        versions.publish(next);
        begun.remove(key);
        return new Publication(next.info(), current == null ? 0 : current.info().storedBytes());
    }

    /** Refuses to publish a version that is not newer than this one, which is published. */
    void requireNewer(StoredVersion next, ChunkVersion published) throws ChunkServerException {
        if (!next.info().version().isNewerThan(published)) {
            throw Failure.of(
                            ErrorCode.VERSION_CONFLICT,
                            "version " + next.info().version() + " of chunk "
                                    + next.info().id() + " was staged upon version " + next.base() + ", and version "
                                    + published + " is published by now")
                    .toException();
        }
    }

    /** What is missing may come back, as a copy from elsewhere; nothing older takes its place. */
    private void requireNotOlder(StoredVersion next) throws ChunkServerException {
        Optional<MissingVersion> lacked = missing(next.info().id());
        if (lacked.isPresent() && lacked.get().version().isNewerThan(next.info().version())) {
            throw Failure.of(
                            ErrorCode.VERSION_CONFLICT,
                            "version " + next.info().version() + " of chunk "
                                    + next.info().id() + " is older than version "
                                    + lacked.get().version() + ", which was damaged")
                    .toException();
        }
    }

    @Override
    public synchronized void discard(ChunkId chunk, StageKey key) throws IOException {
        requireOpen();
        begun.remove(key);
        versions.discard(key);
    }

    @Override
    public synchronized Optional<ChunkInfo> stat(ChunkId chunk) {
        return Optional.ofNullable(versions.published(chunk)).map(StoredVersion::info);
    }

    @Override
    public synchronized Attributes attributes(ChunkId chunk) throws IOException {
        return readable(chunk).attributes();
    }

    @Override
    public synchronized ChunkReader open(ChunkId chunk) throws IOException {
        return new MapChunkReader(readable(chunk), this::isClosed);
    }

    /** Nothing here waits for a disk. */
    @Override
    public synchronized @Nullable ChunkReader openIfReady(ChunkId chunk) throws IOException {
        requireOpen();
        StoredVersion current = versions.published(chunk);
        return current == null || current.info().tombstone() ? null : new MapChunkReader(current, this::isClosed);
    }

    private StoredVersion readable(ChunkId chunk) throws ChunkServerException {
        requireOpen();
        Optional<MissingVersion> lacked = missing(chunk);
        if (lacked.isPresent()) {
            throw Failure.of(
                            ErrorCode.CORRUPT,
                            "version " + lacked.get().version() + " of chunk " + chunk + " was lost or damaged")
                    .toException();
        }
        StoredVersion current = versions.published(chunk);
        if (current == null || current.info().tombstone()) {
            throw notFound(chunk);
        }
        return current;
    }

    private static ChunkServerException notFound(ChunkId chunk) {
        return Failure.of(ErrorCode.CHUNK_NOT_FOUND, "chunk " + chunk + " is not here")
                .toException();
    }

    @Override
    public synchronized long delete(ChunkId chunk, ChunkVersion version) throws IOException {
        requireOpen();
        return versions.numberOf(chunk).equals(version) ? versions.remove(chunk) : 0;
    }

    @Override
    public synchronized List<ChunkInfo> list(String pathPrefix, @Nullable ChunkId after, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a page of " + limit + " chunks has no room for any");
        }
        return versions.after(after)
                .map(StoredVersion::info)
                .filter(info -> info.id().path().startsWith(pathPrefix))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized ChunkInfo verify(ChunkId chunk) throws IOException {
        requireOpen();
        StoredVersion current = versions.published(chunk);
        if (current == null) {
            throw notFound(chunk);
        }
        if (Crc32c.of(current.bytes()) != current.info().crc32c()) {
            throw Failure.of(ErrorCode.CORRUPT, "the bytes of chunk " + chunk + " have changed")
                    .toException();
        }
        return current.info();
    }

    /** What does not match its checksum any more is gone for good: there is nothing that an operator could look at. */
    @Override
    public synchronized Optional<DamageFinding> withdraw(ChunkInfo version) throws IOException {
        if (!stat(version.id()).equals(Optional.of(version))) {
            return Optional.empty();
        }
        try {
            verify(version.id());
            return Optional.empty();
        } catch (ChunkServerException.Corrupt damage) {
            versions.lack(version.id(), new MissingVersion(version.version(), version.epoch()));
            Path nowhere = Path.of("");
            return Optional.of(
                    new DamageFinding(nowhere, nowhere, damage.failure().message()));
        }
    }

    @Override
    public synchronized void lost(ChunkId chunk, ChunkVersion version) {
        if (version.isNewerThan(committedVersion(chunk))) {
            versions.lack(chunk, new MissingVersion(version, 0));
        }
    }

    @Override
    public synchronized Optional<MissingVersion> missing(ChunkId chunk) {
        return versions.missing(chunk);
    }

    /** Does nothing: there is no disk. */
    @Override
    public void forcePublished() {}

    @Override
    public synchronized StoreSnapshot snapshot() {
        return versions.snapshot();
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void requireOpen() throws ChunkServerException {
        if (closed) {
            throw Failure.of(ErrorCode.DRAINING, "the store is closed").toException();
        }
    }

    private synchronized void finished(StoredVersion version) throws IOException {
        requireOpen();
        if (!begun.contains(version.key())) {
            throw new NoSuchFileException(version.key() + " was discarded");
        }
        versions.stage(version);
    }

    /** The version that is being written; its bytes are nobody else's until it is finished. */
    private final class Staging implements StagedChunk {

        private final StageRequest request;
        private final ChunkVersion base;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final BlockChecksums checksums = new BlockChecksums();

        Staging(StageRequest request, ChunkVersion base) {
            this.request = request;
            this.base = base;
        }

        @Override
        public void write(CheckedBlock block) throws IOException {
            if (request.tombstone()) {
                throw new IllegalArgumentException("a tombstone of chunk " + request.chunk() + " has no bytes");
            }
            checksums.checkNext(block.lengthBytes());
            if (!block.intact()) {
                throw mismatch();
            }
            byte[] copy = new byte[block.lengthBytes()];
            block.data().duplicate().get(copy);
            bytes.write(copy);
            checksums.add(block.crc32c(), copy.length);
        }

        @Override
        public ChunkInfo finish(long lengthBytes, int crc32c) throws IOException {
            if (lengthBytes != checksums.lengthBytes() || crc32c != checksums.crc32c()) {
                throw mismatch();
            }
            StoredVersion version =
                    StoredVersion.of(request, base, bytes.toByteArray(), checksums, StoredVersions.OVERHEAD_BYTES);
            finished(version);
            return version.info();
        }

        private ChunkServerException mismatch() {
            return Failure.of(
                            ErrorCode.CHECKSUM_MISMATCH,
                            "the bytes of chunk " + request.chunk() + " are not those that were sent")
                    .toException();
        }

        @Override
        public void close() {}
    }
}
