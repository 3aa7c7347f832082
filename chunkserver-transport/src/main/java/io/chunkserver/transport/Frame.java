package io.chunkserver.transport;

import java.nio.ByteBuffer;

/**
 * The unit that a transport carries.
 *
 * <p>A received frame's buffers are valid until {@link #release} is called, which its receiver does exactly once, from any
 * thread. A frame to be sent lends its buffers to the connection until the send's stage completes.
 *
 * @param type      what it is
 * @param requestId the exchange it belongs to, chosen by the one who asks; from 1 within a connection, 0 for
 *                  {@link FrameType#HELLO}
 * @param header    JSON in UTF-8, at most {@value #MAX_HEADER_BYTES} bytes; may be empty
 * @param body      at most {@value #MAX_BODY_BYTES} bytes; may be empty
 * @param bodyCrc32c CRC-32C of the body as its origin computed it. The transport carries it and does not compare it: that is
 *                  done by those who store or use the bytes
 * @param release   gives the buffers back
 */
public record Frame(
        FrameType type, int requestId, ByteBuffer header, ByteBuffer body, int bodyCrc32c, Runnable release) {

    /** The longest header. */
    public static final int MAX_HEADER_BYTES = 1024 * 1024;

    /** The longest body: one checksum block. */
    public static final int MAX_BODY_BYTES = 64 * 1024;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();

    public Frame {
        if (header.remaining() > MAX_HEADER_BYTES || body.remaining() > MAX_BODY_BYTES) {
            throw new IllegalArgumentException("frame with a header of " + header.remaining() + " and a body of "
                    + body.remaining() + " bytes is too large");
        }
    }

    /** A frame with a header alone, in memory that needs no release. */
    public static Frame of(FrameType type, int requestId, ByteBuffer header) {
        return new Frame(type, requestId, header, EMPTY, 0, Frame::nothing);
    }

    /** A frame with one block of a chunk. */
    public static Frame data(int requestId, ByteBuffer body, int bodyCrc32c) {
        return new Frame(FrameType.DATA, requestId, EMPTY, body, bodyCrc32c, Frame::nothing);
    }

    private static void nothing() {}
}
