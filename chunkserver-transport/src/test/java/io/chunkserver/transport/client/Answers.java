package io.chunkserver.transport.client;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.nio.ByteBuffer;
import java.util.List;

/** What a server would say to a request that went well. */
final class Answers {

    private Answers() {}

    /** The receipt of a store. */
    static Response receipt(Request request) {
        Request.Store store = (Request.Store) request;
        return new Response.Receipt(new Receipt(
                store.transaction(),
                store.chunk(),
                new ChunkVersion(1),
                store.maxLengthBytes(),
                0,
                Durability.SYNC,
                1,
                List.of(new ServerId("scripted"))));
    }

    /** The beginning of a read of the first version of a chunk. */
    static Response.Content content(Request request, byte[] bytes) {
        Request.Read read = (Request.Read) request;
        long length = read.length() == null ? bytes.length - read.offset() : read.length();
        return new Response.Content(
                info(read.chunk(), 1, bytes), Attributes.NONE, (int) (read.offset() / 65_536), read.offset(), length);
    }

    static ChunkInfo info(ChunkId chunk, long version, byte[] bytes) {
        return new ChunkInfo(
                chunk,
                new ChunkVersion(version),
                new TransactionId("writer", version, version),
                0,
                bytes.length,
                Crc32c.of(ByteBuffer.wrap(bytes)),
                bytes.length,
                false);
    }
}
