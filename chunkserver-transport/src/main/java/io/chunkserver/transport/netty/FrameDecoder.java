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
 * <p>A frame that came within one read is a slice of what was read. One that came in pieces is gathered in a buffer of its own: that
 * copies its bytes once, which is needed to have them in one piece. The buffer grows with what has come, not with what was
 * announced.
 */
final class FrameDecoder {

    /** The first size of the buffer for a frame in pieces: a full block fits without growing. */
    private static final int FIRST_CAPACITY = FrameFormat.PREAMBLE_BYTES + Frame.MAX_BODY_BYTES;

    private static final int MAX_CAPACITY = FrameFormat.PREAMBLE_BYTES + Frame.MAX_HEADER_BYTES + Frame.MAX_BODY_BYTES;

    private final ByteBufAllocator allocator;

    /** The beginning of a frame whose rest has not come, or null. */
    private @Nullable ByteBuf begun;

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

    /**
     * Cuts further bytes, and releases the buffer or lets frames keep parts of it.
     *
     * @param frames gets the frames that are complete now, also those before an error
     * @throws ChunkServerException with {@code PROTOCOL_ERROR}; nothing can be decoded after it
     */
    void decode(ByteBuf read, Queue<Frame> frames) throws ChunkServerException {
        try {
            ByteBuf gathering = begun;
            if (gathering != null && !complete(gathering, read, frames)) {
                return;
            }
            while (read.isReadable()) {
                int frameBytes = frameBytes(read);
                if (frameBytes > read.readableBytes()) {
                    begun = allocator.directBuffer(FIRST_CAPACITY, MAX_CAPACITY).writeBytes(read);
                    return;
                }
                frames.add(frame(read.readRetainedSlice(frameBytes)));
            }
        } finally {
            read.release();
        }
    }

    /** Adds what was read to the frame that has begun; false when it is still not complete. */
    private boolean complete(ByteBuf gathering, ByteBuf read, Queue<Frame> frames) throws ChunkServerException {
        int frameBytes = frameBytes(gathering);
        while (gathering.readableBytes() < frameBytes) {
            if (!read.isReadable()) {
                return false;
            }
            int missing = frameBytes - gathering.readableBytes();
            gathering.writeBytes(read, Math.min(missing, read.readableBytes()));
            // With the preamble complete, the frame turns out to be longer.
            frameBytes = frameBytes(gathering);
        }
        begun = null;
        frames.add(frame(gathering));
        return true;
    }

    /** Gives up what has come of an unfinished frame. */
    void release() {
        ByteBuf gathering = begun;
        if (gathering != null) {
            begun = null;
            gathering.release();
        }
    }

    /** The length of the frame that begins here, or of a preamble as long as that is not complete. */
    private int frameBytes(ByteBuf bytes) throws ChunkServerException {
        int known = Math.min(bytes.readableBytes(), FrameFormat.PREAMBLE_BYTES);
        ByteBuffer preambleBytes = bytes.nioBuffer(bytes.readerIndex(), known);
        FrameFormat.checkStart(preambleBytes);
        speaksOurProtocol = true;
        if (known < FrameFormat.PREAMBLE_BYTES) {
            return FrameFormat.PREAMBLE_BYTES;
        }
        Preamble preamble = FrameFormat.decode(preambleBytes);
        return FrameFormat.PREAMBLE_BYTES + preamble.headerBytes() + preamble.bodyBytes();
    }

    /** Makes a frame of exactly its bytes, which it takes over. */
    private static Frame frame(ByteBuf bytes) throws ChunkServerException {
        boolean made = false;
        try {
            Preamble preamble = FrameFormat.decode(bytes.nioBuffer(0, FrameFormat.PREAMBLE_BYTES));
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
