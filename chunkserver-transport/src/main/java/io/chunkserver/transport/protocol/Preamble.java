package io.chunkserver.transport.protocol;

import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;

/**
 * What the 32 bytes before a frame say; {@link FrameFormat} writes and reads them.
 *
 * @param type         what the frame is
 * @param requestId    the exchange it belongs to, to be read without sign
 * @param headerBytes  length of the header, at most {@link Frame#MAX_HEADER_BYTES}
 * @param bodyBytes    length of the body, at most {@link Frame#MAX_BODY_BYTES}
 * @param headerCrc32c CRC-32C of the header
 * @param bodyCrc32c   CRC-32C of the body, as the origin of the bytes computed it
 */
public record Preamble(
        FrameType type, int requestId, int headerBytes, int bodyBytes, int headerCrc32c, int bodyCrc32c) {

    public Preamble {
        if (headerBytes < 0 || headerBytes > Frame.MAX_HEADER_BYTES) {
            throw new IllegalArgumentException("a header of " + Integer.toUnsignedString(headerBytes)
                    + " bytes is announced; at most " + Frame.MAX_HEADER_BYTES + " are allowed");
        }
        if (bodyBytes < 0 || bodyBytes > Frame.MAX_BODY_BYTES) {
            throw new IllegalArgumentException("a body of " + Integer.toUnsignedString(bodyBytes)
                    + " bytes is announced; at most " + Frame.MAX_BODY_BYTES + " are allowed");
        }
    }
}
