package io.chunkserver.transport.netty;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.Preamble;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of one connection into frames. Owned by the connection's event loop.
 *
 * <p>It says where to the next bytes are read: behind what has come of a frame, or into a buffer with room for a full block and 2 KiB. So of the
 * blocks of a chunk, which come one after the other, at most that much is copied once more. Of frames that share a buffer each is a slice; what
 * follows them of an unfinished one is moved to a buffer of its own, which grows with what has come, not with what was announced.
 */
final class FrameDecoder {

    /** What may come along with a full block: all else that is said in the answer to a small read. */
    private static final int BESIDE_A_BLOCK = 2048;

    /** A frame with a full block, and that. */
    static final int FIRST_CAPACITY = FrameFormat.PREAMBLE_BYTES + Frame.MAX_BODY_BYTES + BESIDE_A_BLOCK;

    private static final int MAX_CAPACITY = FrameFormat.PREAMBLE_BYTES + Frame.MAX_HEADER_BYTES + Frame.MAX_BODY_BYTES;

    private final ByteBufAllocator allocator;

    /** Begins with a frame whose rest has not come; or null. */
    private @Nullable ByteBuf begun;

    /** Of the frame that has begun, once it has come. */
    private @Nullable Preamble preamble;

    private boolean speaksOurProtocol;

    FrameDecoder(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Whether something came that began like a frame. */
    boolean speaksOurProtocol() {
        return speaksOurProtocol;
    }

    /** Whether the bytes up to now end within a frame. */
    boolean withinFrame() {
        return begun != null;
    }

    /** The buffer for the next read, which its taker gives to {@link #decode} or, if nothing came, releases. */
    ByteBuf nextBuffer() {
        ByteBuf gathering = begun;
        if (gathering == null) {
            return allocator.directBuffer(FIRST_CAPACITY, MAX_CAPACITY);
        }
        if (!gathering.isWritable()) {
            // Twice what has come, but no more than the longest frame.
            gathering.ensureWritable(Math.min(gathering.capacity(), MAX_CAPACITY - gathering.capacity()));
        }
        return gathering.retain();
    }

    /**
     * Cuts further bytes, and releases the buffer or lets frames keep parts of it.
     *
     * @param read   what {@link #nextBuffer} gave, with bytes added
     * @param frames gets the frames that are complete now, also those before an error
     * @throws ChunkServerException with {@code PROTOCOL_ERROR}; nothing can be decoded after it
     */
    void decode(ByteBuf read, Queue<Frame> frames) throws ChunkServerException {
        // The buffer of a frame that was begun is this one; what is held here now is held by the reader too.
        release();
        try {
            while (read.isReadable()) {
                Preamble known = preamble != null ? preamble : preamble(read);
                if (known == null || frameBytes(known) > read.readableBytes()) {
                    preamble = known;
                    begun = read.readerIndex() == 0 ? read.retain() : moved(read);
                    return;
                }
                preamble = null;
                frames.add(frame(known, read.readRetainedSlice(frameBytes(known))));
            }
        } finally {
            read.release();
        }
    }

    private ByteBuf moved(ByteBuf unfinished) {
        return allocator.directBuffer(FIRST_CAPACITY, MAX_CAPACITY).writeBytes(unfinished);
    }

    /** Gives up what has come of an unfinished frame. */
    void release() {
        ByteBuf gathering = begun;
        if (gathering != null) {
            begun = null;
            gathering.release();
        }
    }

    /** The preamble that begins here; null as long as it is not complete. */
    private @Nullable Preamble preamble(ByteBuf bytes) throws ChunkServerException {
        int known = Math.min(bytes.readableBytes(), FrameFormat.PREAMBLE_BYTES);
        ByteBuffer preambleBytes = bytes.nioBuffer(bytes.readerIndex(), known);
        FrameFormat.checkStart(preambleBytes);
        speaksOurProtocol = true;
        return known < FrameFormat.PREAMBLE_BYTES ? null : FrameFormat.decode(preambleBytes);
    }

    private static int frameBytes(Preamble preamble) {
        return FrameFormat.PREAMBLE_BYTES + preamble.headerBytes() + preamble.bodyBytes();
    }

    /** Makes a frame of exactly its bytes, which it takes over. */
    private static Frame frame(Preamble preamble, ByteBuf bytes) throws ChunkServerException {
        boolean made = false;
        try {
            ByteBuffer header = bytes.nioBuffer(FrameFormat.PREAMBLE_BYTES, preamble.headerBytes());
            FrameFormat.checkHeader(preamble, header);
            ByteBuffer body =
                    bytes.nioBuffer(FrameFormat.PREAMBLE_BYTES + preamble.headerBytes(), preamble.bodyBytes());
            made = true;
            return new Frame(
                    preamble.type(),
                    preamble.requestId(),
                    header,
                    body,
                    preamble.bodyCrc32c(),
                    new FrameRelease(bytes));
        } finally {
            if (!made) {
                bytes.release();
            }
        }
    }
}
