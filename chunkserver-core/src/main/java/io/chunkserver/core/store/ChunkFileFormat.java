package io.chunkserver.core.store;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bytes of a chunk file. All numbers are big-endian.
 *
 * <pre>
 * +--------------------------+ 0
 * | data                     |  length bytes, as the client sent them
 * +--------------------------+ length
 * | table                    |  u32 CRC-32C for each block of 64 KiB; none for an empty chunk
 * +--------------------------+
 * | footer                   |
 * |   u32  format            |  1
 * |   u32  flags             |  bit 0: tombstone, bit 1: forced when finished; others 0
 * |   u64  version           |  from 1
 * |   u64  epoch             |
 * |   u64  length            |  of the data
 * |   u32  data CRC-32C      |
 * |   u32  table CRC-32C     |
 * |   u64  started           |  the transaction: when its client made it, in milliseconds since 1970,
 * |   u64  sequence          |    the client's own count,
 * |   u8   client length     |    and the client
 * |   64   client            |    in ASCII, the rest filled with zero bytes
 * |   u64  boot              |  the attempt
 * |   u64  counter           |
 * |   u32  index             |  the chunk: its place in its file,
 * |   u16  path length       |    and the file's path
 * |   ..   path              |    in UTF-8
 * |   u16  attributes        |  how many; then each as
 * |        u16 length, UTF-8 |    its key
 * |        u16 length, UTF-8 |    its value
 * +--------------------------+ size - 16
 * | trailer                  |
 * |   u32  footer length     |
 * |   u32  CRC-32C           |  of footer and footer length
 * |   u64  magic             |  "CHUNKEND"
 * +--------------------------+ size
 * </pre>
 *
 * <p>The data comes first so that the kernel can send it from offset 0, and the magic last so that a file that was not
 * written to its end is none. The client has a fixed width so that a version's size on disk does not depend on whose
 * transaction writes it. The trailer, and the format at the start of the footer, stay as they are in every format to
 * come: that is how {@code FORMAT_TOO_NEW}, {@code FORMAT_TOO_OLD} and {@code CORRUPT} are told apart.
 *
 * <p>Pure: no I/O and no state. Nothing is allocated by a length that was not checked against the size of the file.
 */
final class ChunkFileFormat {

    static final int FORMAT = 1;

    /** The largest chunk; it bounds the table to 64 KiB. */
    static final long MAX_CHUNK_BYTES = 1L << 30;

    static final int TRAILER_BYTES = 16;

    private static final long MAGIC = 0x4348554E4B454E44L;

    private static final int TOMBSTONE = 1;
    private static final int FORCED = 2;

    private static final int CLIENT_BYTES = TransactionId.MAX_CLIENT_CHARACTERS;

    /** Everything in the footer but the path and the attributes themselves. */
    private static final int FIXED_BYTES = 4 + 4 + 8 + 8 + 8 + 4 + 4 + 8 + 8 + 1 + CLIENT_BYTES + 8 + 8 + 4 + 2 + 2;

    /** Two lengths of two bytes for each attribute. */
    private static final int ATTRIBUTE_OVERHEAD_BYTES = 4;

    /** No footer of this or a later format is longer; one of this format has at most about a third of it. */
    private static final int MAX_FOOTER_BYTES = 64 * 1024;

    private ChunkFileFormat() {}

    /** Size of the file of a version of this many bytes. */
    static long storedBytes(ChunkId chunk, Attributes attributes, long lengthBytes) {
        return lengthBytes + tableBytes(lengthBytes) + footerBytes(chunk, attributes) + TRAILER_BYTES;
    }

    /** Size of the table of block checksums. */
    static int tableBytes(long lengthBytes) {
        return BlockLayout.blockCount(lengthBytes) * Integer.BYTES;
    }

    private static int footerBytes(ChunkId chunk, Attributes attributes) {
        int bytes = FIXED_BYTES + utf8(chunk.path()).length;
        for (Map.Entry<String, String> attribute : attributes.values().entrySet()) {
            bytes += ATTRIBUTE_OVERHEAD_BYTES + utf8(attribute.getKey()).length + utf8(attribute.getValue()).length;
        }
        return bytes;
    }

    /** Bytes of footer and trailer. */
    static int tailBytes(ChunkFooter footer) {
        return footerBytes(footer.chunk(), footer.attributes()) + TRAILER_BYTES;
    }

    /** Appends footer and trailer, {@link #tailBytes} in all. */
    static void encode(ChunkFooter footer, ByteBuffer target) {
        int start = target.position();
        int flags = (footer.tombstone() ? TOMBSTONE : 0) | (footer.durability() == Durability.SYNC ? FORCED : 0);
        target.putInt(FORMAT).putInt(flags);
        target.putLong(footer.version().number()).putLong(footer.epoch()).putLong(footer.lengthBytes());
        target.putInt(footer.dataCrc()).putInt(footer.tableCrc());
        encodeTransaction(footer.key().transaction(), target);
        target.putLong(footer.key().attempt().boot())
                .putLong(footer.key().attempt().counter());
        target.putInt(footer.chunk().index());
        encodeText(footer.chunk().path(), target);
        target.putShort((short) footer.attributes().values().size());
        footer.attributes().values().forEach((key, value) -> {
            encodeText(key, target);
            encodeText(value, target);
        });
        target.putInt(target.position() - start);
        target.putInt(Crc32c.of(target.duplicate().limit(target.position()).position(start)));
        target.putLong(MAGIC);
    }

    private static void encodeTransaction(TransactionId transaction, ByteBuffer target) {
        byte[] client = transaction.client().getBytes(StandardCharsets.US_ASCII);
        target.putLong(transaction.startedMillis()).putLong(transaction.sequence());
        target.put((byte) client.length).put(client).put(new byte[CLIENT_BYTES - client.length]);
    }

    private static void encodeText(String text, ByteBuffer target) {
        byte[] bytes = utf8(text);
        target.putShort((short) bytes.length).put(bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * How many bytes at the end of the file are footer and trailer, by its trailer.
     *
     * @param trailer   its last {@value #TRAILER_BYTES} bytes, from position to limit
     * @param fileBytes size of the file
     * @param file      names the file in messages
     * @throws ChunkServerException.Corrupt when it is no trailer
     */
    static int tailBytes(ByteBuffer trailer, long fileBytes, Path file) throws ChunkServerException {
        if (trailer.remaining() < TRAILER_BYTES) {
            throw corrupt(file, "is too short for a trailer");
        }
        if (trailer.getLong(trailer.limit() - Long.BYTES) != MAGIC) {
            throw corrupt(file, "does not end in a trailer, so it was not written to its end or is no chunk");
        }
        int footerBytes = trailer.getInt(trailer.limit() - TRAILER_BYTES);
        if (footerBytes < Integer.BYTES || footerBytes > fileBytes - TRAILER_BYTES || footerBytes > MAX_FOOTER_BYTES) {
            throw corrupt(file, "has a trailer with a footer length of " + footerBytes + " bytes, which cannot be");
        }
        return footerBytes + TRAILER_BYTES;
    }

    /**
     * Reads the footer.
     *
     * @param tail      the last bytes of the file, from position to limit, as many as {@link #tailBytes(ByteBuffer,
     *                  long, Path)} says
     * @param fileBytes size of the file
     * @param file      names the file in messages
     * @throws ChunkServerException.Corrupt  when the bytes are no footer, or one that does not fit the file's size
     * @throws ChunkServerException.Unusable with {@code FORMAT_TOO_NEW} or {@code FORMAT_TOO_OLD} when the footer is
     *     intact but of another format
     */
    static ChunkFooter decode(ByteBuffer tail, long fileBytes, Path file) throws ChunkServerException {
        ByteBuffer footer = tail.slice();
        if (tailBytes(footer, fileBytes, file) != footer.limit()) {
            throw corrupt(file, "has a trailer with another footer length than the one at hand");
        }
        int crc = footer.getInt(footer.limit() - TRAILER_BYTES + Integer.BYTES);
        if (Crc32c.of(footer.duplicate().limit(footer.limit() - TRAILER_BYTES + Integer.BYTES)) != crc) {
            throw corrupt(file, "has a footer that does not match its checksum");
        }
        checkFormat(footer.getInt(0), file);
        ChunkFooter decoded;
        try {
            decoded = decodeFields(footer.limit(footer.limit() - TRAILER_BYTES));
        } catch (BufferUnderflowException | IllegalArgumentException | CharacterCodingException e) {
            throw corruptFailure(file, "has a footer with impossible values: " + e.getMessage())
                    .toException(e);
        }
        long expected = storedBytes(decoded.chunk(), decoded.attributes(), decoded.lengthBytes());
        if (expected != fileBytes) {
            throw corrupt(file, "has " + fileBytes + " bytes where its footer tells of " + expected);
        }
        return decoded;
    }

    private static void checkFormat(int format, Path file) throws ChunkServerException {
        if (format > FORMAT) {
            throw Failure.of(
                            ErrorCode.FORMAT_TOO_NEW,
                            "chunk file " + file + " has format " + format + "; this version reads " + FORMAT)
                    .withHint("run the version of the software that wrote it, or a newer one")
                    .toException();
        }
        if (format < FORMAT) {
            throw Failure.of(
                            ErrorCode.FORMAT_TOO_OLD,
                            "chunk file " + file + " has format " + format + "; this version reads " + FORMAT)
                    .withHint("upgrade in steps, by a version that still reads it")
                    .toException();
        }
    }

    private static ChunkFooter decodeFields(ByteBuffer source) throws CharacterCodingException {
        source.position(Integer.BYTES);
        int flags = source.getInt();
        if ((flags & ~(TOMBSTONE | FORCED)) != 0) {
            throw new IllegalArgumentException("flags " + Integer.toHexString(flags));
        }
        ChunkVersion version = new ChunkVersion(source.getLong());
        long epoch = source.getLong();
        long lengthBytes = source.getLong();
        int dataCrc = source.getInt();
        int tableCrc = source.getInt();
        TransactionId transaction = decodeTransaction(source);
        Attempt attempt = new Attempt(source.getLong(), source.getLong());
        int index = source.getInt();
        ChunkId chunk = new ChunkId(decodeText(source), index);
        ChunkFooter footer = new ChunkFooter(
                chunk,
                version,
                new StageKey(transaction, attempt),
                epoch,
                (flags & TOMBSTONE) != 0,
                (flags & FORCED) != 0 ? Durability.SYNC : Durability.OS,
                lengthBytes,
                dataCrc,
                tableCrc,
                decodeAttributes(source));
        if (source.hasRemaining()) {
            throw new IllegalArgumentException(source.remaining() + " bytes too many");
        }
        return footer;
    }

    private static TransactionId decodeTransaction(ByteBuffer source) {
        long started = source.getLong();
        long sequence = source.getLong();
        int length = Byte.toUnsignedInt(source.get());
        byte[] client = new byte[CLIENT_BYTES];
        source.get(client);
        if (length > CLIENT_BYTES) {
            throw new IllegalArgumentException("client of " + length + " bytes");
        }
        return new TransactionId(new String(client, 0, length, StandardCharsets.US_ASCII), started, sequence);
    }

    private static Attributes decodeAttributes(ByteBuffer source) throws CharacterCodingException {
        int count = Short.toUnsignedInt(source.getShort());
        Map<String, String> values = new TreeMap<>();
        for (int attribute = 0; attribute < count; attribute++) {
            values.put(decodeText(source), decodeText(source));
        }
        if (values.size() != count) {
            throw new IllegalArgumentException("an attribute that is there twice");
        }
        return values.isEmpty() ? Attributes.NONE : new Attributes(values);
    }

    private static String decodeText(ByteBuffer source) throws CharacterCodingException {
        int length = Short.toUnsignedInt(source.getShort());
        if (length > source.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer text = source.slice(source.position(), length);
        source.position(source.position() + length);
        return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    }

    private static ChunkServerException corrupt(Path file, String what) {
        return corruptFailure(file, what).toException();
    }

    private static Failure corruptFailure(Path file, String what) {
        return Failure.of(ErrorCode.CORRUPT, "chunk file " + file + " " + what);
    }
}
