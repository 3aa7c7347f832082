package io.chunkserver.core.store;

import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of one server: versions that are staged, and for each chunk at most one that is published.
 *
 * <p><b>Atomicity.</b> A version becomes visible wholly, by {@link #publish}, or not at all. A reader that has a
 * chunk open goes on reading its version while the chunk is replaced or deleted.
 *
 * <p><b>Durability.</b> When {@link StagedChunk#finish} has returned with durability {@code sync}, bytes, size and
 * directory entry of the staged file outlive a power loss. A publication does so only after
 * {@link #forcePublished}; until then a crash may bring the staged file back, and it is the caller's to publish
 * it again, which is why publishing is idempotent.
 *
 * <p><b>Versions never go back</b>: publishing a version that is not newer than the published one, unless it is
 * the same transaction's, is refused.
 *
 * <p><b>Threads.</b> Safe for many threads; but at most one transaction per chunk may stage, publish or discard at
 * a time, which {@code commit} sees to. All methods but {@link #openIfReady} may wait for the disk.
 *
 * <p><b>Errors.</b> Damage found while reading is {@code CORRUPT}, naming chunk, file and block; a full file system is
 * {@code INSUFFICIENT_SPACE} with the bytes that it has left. An {@link IOException} that is no {@code ChunkServerException}
 * means that the disk failed.
 *
 * <p>Callers may not expect: that a version before the published one can be read; that the store limits its size;
 * that staged versions expire by themselves.
 */
public interface ChunkStore extends Closeable {

    /** What a version of this many bytes would take on disk, checksums and footer included. */
    long storedBytes(ChunkId chunk, Attributes attributes, long lengthBytes);

    /**
     * Begins a new version beside the published one.
     *
     * @throws java.nio.file.FileAlreadyExistsException when this transaction's attempt was staged before
     */
    StagedChunk stage(StageRequest request) throws IOException;

    /** All finished staged versions, as found on disk; unfinished ones were removed when the store was opened. */
    List<StagedVersion> staged() throws IOException;

    /**
     * Makes a finished staged version the chunk's published one, replacing and freeing the one before.
     *
     * <p>Idempotent: when the same transaction's version is published already, nothing changes and
     * {@link Publication#freedBytes()} is 0.
     *
     * @throws java.nio.file.NoSuchFileException when it is neither staged nor published: the version is lost here
     */
    Publication publish(ChunkId chunk, StageKey key) throws IOException;

    /** Removes a staged version, finished or not; one that is not there is fine. */
    void discard(ChunkId chunk, StageKey key) throws IOException;

    /** The published version, which may be a tombstone; empty when the chunk was never stored. */
    Optional<ChunkInfo> stat(ChunkId chunk);

    /**
     * The attributes of the published version.
     *
     * @throws io.chunkserver.core.error.ChunkServerException.NotFound when there is none or it is a tombstone
     */
    Attributes attributes(ChunkId chunk) throws IOException;

    /**
     * Opens the published version for reading.
     *
     * @throws io.chunkserver.core.error.ChunkServerException.NotFound when there is none or it is a tombstone
     */
    ChunkReader open(ChunkId chunk) throws IOException;

    /**
     * Opens the published version if that needs no waiting for the disk, as when it was read a moment ago.
     *
     * @return null when {@link #open} must be asked, which also says why a chunk cannot be read
     */
    @Nullable
    ChunkReader openIfReady(ChunkId chunk) throws IOException;

    /**
     * Removes the published version, tombstones included, if it still is this one. Not forced: a crash may bring
     * it back.
     *
     * @return the bytes freed, 0 when another version or none is published
     */
    long delete(ChunkId chunk, ChunkVersion version) throws IOException;

    /**
     * A page of the published versions in the order of their ids, tombstones included.
     *
     * @param pathPrefix what the chunk's path must start with; empty for all
     * @param after      the id after which the page starts; null for the first page
     * @param limit      the most that is returned, 1 or above; fewer means that the end is reached
     */
    List<ChunkInfo> list(String pathPrefix, @Nullable ChunkId after, int limit);

    /**
     * Reads the whole published version and compares every checksum, and the footer with what the store knows.
     *
     * @throws io.chunkserver.core.error.ChunkServerException.Corrupt naming the first damaged block
     * @throws io.chunkserver.core.error.ChunkServerException.NotFound when there is nothing to verify
     */
    ChunkInfo verify(ChunkId chunk) throws IOException;

    /**
     * Takes the published version out of service if it still is this one and {@link #verify} finds it damaged: it cannot be read any more,
     * is {@link #missing} until one as new is published, and its bytes are kept for an operator. A crash may undo it; then it is found
     * damaged again.
     *
     * @return what was found; empty when it is sound, or another version or none is published
     * @throws IOException when the disk does not give it, so that nothing is known of damage, or its file could not be moved: it stays in
     *                     service
     */
    Optional<DamageFinding> withdraw(ChunkInfo version) throws IOException;

    /**
     * Notes that this version is committed here and will not come: nobody has its bytes any more. It is {@link #missing} from now on; what is
     * published of an older one is out of service, as after {@link #withdraw}. Durable on return, or on a full disk until a restart, which
     * finds it out again. Nothing when this version or a newer one is published or missing.
     */
    void lost(ChunkId chunk, ChunkVersion version) throws IOException;

    /**
     * The version that was taken out of service last; empty when there is none, or one as new was published since. Outlives a restart.
     * Reading such a chunk is {@code CORRUPT}, and no older version is published in its place.
     */
    Optional<MissingVersion> missing(ChunkId chunk);

    /**
     * The newest version that is committed here, whether it is published or {@link #missing}: the one that a later version follows;
     * {@link ChunkVersion#NONE} when the chunk was never stored. What is published and withdrawn meanwhile may not be seen by a caller
     * who does not keep other transactions off the chunk.
     */
    default ChunkVersion committedVersion(ChunkId chunk) {
        // What is missing is newer than what is published. It is asked for once more, since what is published may be
        // withdrawn
        // between the first two questions.
        return missing(chunk)
                .map(MissingVersion::version)
                .or(() -> stat(chunk).map(ChunkInfo::version))
                .or(() -> missing(chunk).map(MissingVersion::version))
                .orElse(ChunkVersion.NONE);
    }

    /**
     * Makes all publications and deletions up to now durable, also those that were made before the store was opened, by a
     * process that died before it forced them.
     */
    void forcePublished() throws IOException;

    /** Counts, in O(1). */
    StoreSnapshot snapshot();

    /** Closes all files; idempotent. Staged versions stay on disk. */
    @Override
    void close() throws IOException;
}
