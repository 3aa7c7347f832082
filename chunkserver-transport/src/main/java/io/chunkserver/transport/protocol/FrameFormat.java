package io.chunkserver.transport.protocol;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import java.nio.ByteBuffer;

/**
 * The bytes of a frame: a preamble of {@value #PREAMBLE_BYTES} bytes, then the header, then the body. All numbers are big-endian
 * and without sign.
 *
 * <pre>
 *   byte  0       2         3      4            8               12
 *        +-------+---------+------+------------+---------------+-------------+
 *        | magic | version | type | request id | header length | body length |
 *        | 43 53 | u8      | u8   | u32        | u32           | u32         |
 *        +-------+---------+------+------------+---------------+-------------+
 *   byte 16              20            24         28              32
 *        +---------------+-------------+----------+----------------+
 *        | header CRC32C | body CRC32C | reserved | CRC32C of the  | header, body
 *        | u32           | u32         | 0        | bytes before   |
 *        +---------------+-------------+----------+----------------+
 * </pre>
 *
 * <p>Every version of the protocol keeps the magic, the place of the version, the length of the preamble and its checksum, so that
 * damage, another protocol and a newer version are three different errors. All of them are {@code PROTOCOL_ERROR}, after which
 * the connection cannot be used: nobody knows where the next frame begins.
 *
 * <p>Pure and without state.
 */
public final class FrameFormat {

    /** Length of the preamble. */
    public static final int PREAMBLE_BYTES = 32;

    /** The version of the protocol that this software speaks. */
    public static final int VERSION = 1;

    /** The letters CS, which begin every frame. */
    public static final short MAGIC = 0x4353;

    /** Where the reserved bytes begin, which every sender of this version sets to 0. */
    private static final int RESERVED_AT = 24;

    /** What to do where two sides have no version in common. */
    public static final String OTHER_VERSION_HINT = "use software of one release on both sides";

    /** What to do when a peer closes a connection and does not say why. */
    public static final String NO_GREETING_HINT =
            "see whether a server listens at that address as server or master, and whether both sides use TLS, or neither";

    /** Where the preamble's own checksum stands: it covers all bytes before it. */
    private static final int CHECKSUM_AT = 28;

    private FrameFormat() {}

    /** Writes the frame's preamble into the target, which has room for {@value #PREAMBLE_BYTES} bytes. */
    public static void encode(Frame frame, ByteBuffer target) {
        encode(
                new Preamble(
                        frame.type(),
                        frame.requestId(),
                        frame.header().remaining(),
                        frame.body().remaining(),
                        Crc32c.of(frame.header()),
                        frame.bodyCrc32c()),
                target);
    }

    /** Writes a preamble into the target, which has room for {@value #PREAMBLE_BYTES} bytes. */
    public static void encode(Preamble preamble, ByteBuffer target) {
        ByteBuffer bytes = target.slice(target.position(), PREAMBLE_BYTES);
        bytes.putShort(MAGIC)
                .put((byte) VERSION)
                .put((byte) preamble.type().number())
                .putInt(preamble.requestId())
                .putInt(preamble.headerBytes())
                .putInt(preamble.bodyBytes())
                .putInt(preamble.headerCrc32c())
                .putInt(preamble.bodyCrc32c())
                .putInt(0);
        bytes.putInt(Crc32c.of(bytes.duplicate().flip()));
        target.position(target.position() + PREAMBLE_BYTES);
    }

    /**
     * Looks at the beginning of a frame of which not even the preamble may have come.
     *
     * @throws ChunkServerException with {@code PROTOCOL_ERROR} when the bytes, as far as there are any, begin no frame
     */
    public static void checkStart(ByteBuffer source) throws ChunkServerException {
        for (int i = 0; i < Math.min(source.remaining(), Short.BYTES); i++) {
            byte expected = (byte) (i == 0 ? MAGIC >> Byte.SIZE : MAGIC);
            if (source.get(source.position() + i) != expected) {
                throw broken("this is not a chunk server protocol: a frame does not begin with the bytes "
                        + Integer.toHexString(MAGIC));
            }
        }
    }

    /**
     * Reads a preamble out of the next {@value #PREAMBLE_BYTES} bytes and moves the source's position behind it.
     *
     * @throws ChunkServerException with {@code PROTOCOL_ERROR}, saying which of these it is: another protocol, damage, another
     *     version, an unknown frame type or a length over its limit
     */
    public static Preamble decode(ByteBuffer source) throws ChunkServerException {
        ByteBuffer bytes = source.slice(source.position(), PREAMBLE_BYTES);
        checkStart(bytes);
        if (Crc32c.of(bytes.duplicate().limit(CHECKSUM_AT)) != bytes.getInt(CHECKSUM_AT)) {
            throw broken("the preamble of a frame was damaged on the way: its checksum does not match");
        }
        int version = bytes.get(2) & 0xFF;
        if (version != VERSION) {
            throw Failure.of(
                            ErrorCode.PROTOCOL_ERROR,
                            "a frame is of protocol version " + version + ", which is "
                                    + (version > VERSION ? "newer" : "older") + " than the version " + VERSION
                                    + " spoken here")
                    .withHint(OTHER_VERSION_HINT)
                    .toException();
        }
        if (bytes.getInt(RESERVED_AT) != 0) {
            throw broken("the reserved bytes of a frame are not 0");
        }
        Preamble preamble;
        try {
            preamble = new Preamble(
                    FrameType.of(bytes.get(3) & 0xFF),
                    bytes.getInt(4),
                    bytes.getInt(8),
                    bytes.getInt(12),
                    bytes.getInt(16),
                    bytes.getInt(20));
        } catch (IllegalArgumentException e) {
            throw broken(String.valueOf(e.getMessage()));
        }
        source.position(source.position() + PREAMBLE_BYTES);
        return preamble;
    }

    /**
     * Compares a header with the checksum in its preamble.
     *
     * @throws ChunkServerException with {@code PROTOCOL_ERROR} when it was damaged on the way
     */
    public static void checkHeader(Preamble preamble, ByteBuffer header) throws ChunkServerException {
        if (Crc32c.of(header) != preamble.headerCrc32c()) {
            throw broken("the header of a " + preamble.type()
                    + " frame was damaged on the way: its checksum does not match");
        }
    }

    private static ChunkServerException broken(String message) {
        return Failure.of(ErrorCode.PROTOCOL_ERROR, message).toException();
    }
}
