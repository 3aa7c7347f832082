package io.chunkserver.examples.ownstore;

import io.chunkserver.core.checksum.BlockChecksums;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import java.nio.ByteBuffer;

/**
 * A finished version; nobody changes its bytes or its checksums.
 *
 * @param key       the attempt that staged it
 * @param base      the version that was published when the staging began, 0 for none
 * @param bytes     all of them, from position to limit, read-only; whoever reads duplicates it
 * @param checksums one for each block
 */
record StoredVersion(
        StageKey key,
        ChunkVersion base,
        ChunkInfo info,
        Attributes attributes,
        ByteBuffer bytes,
        BlockChecksums checksums) {

    static StoredVersion of(
            StageRequest request, ChunkVersion base, byte[] bytes, BlockChecksums checksums, long overheadBytes) {
        ChunkInfo info = new ChunkInfo(
                request.chunk(),
                request.version(),
                request.key().transaction(),
                request.epoch(),
                bytes.length,
                checksums.crc32c(),
                overheadBytes + bytes.length,
                request.tombstone());
        return new StoredVersion(
                request.key(),
                base,
                info,
                request.attributes(),
                ByteBuffer.wrap(bytes).asReadOnlyBuffer(),
                checksums);
    }
}
