package io.chunkserver.core.store;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a checkpoint of the index. All numbers are big-endian.
 *
 * <pre>
 * +--------------------------+ 0
 * | header                   |
 * |   u64  magic             |  "CHUNKIDX"
 * |   u32  format            |  1
 * |   u32  CRC-32C           |  of the 12 bytes before
 * +--------------------------+ 16
 * | block                    |  any number of them, each
 * |   u32  body length       |
 * |   u32  CRC-32C           |  of body length and body
 * |   u8   kind              |  the body: 1 versions, 2 folders, 3 end
 * |   ..                     |    and what is of that kind
 * +--------------------------+ size
 *
 * versions, each             |  as many as the body holds, all in the order of their ids
 *     u16  folder            |    that the file is in: 64 times the number of the upper one, and that of the lower
 *     u8   flags             |    bit 0: tombstone, bit 1: path, bit 2: client as of the version before; others 0
 *     u64  version           |
 *     u64  epoch             |
 *     u64  length            |    of the data
 *     u64  stored bytes      |    of the file
 *     u32  data CRC-32C      |
 *     u64  started           |    the transaction
 *     u64  sequence          |
 *     u8   length, ASCII     |    its client, without bit 2
 *     u32  index             |    the chunk
 *     u16  length, UTF-8     |    its path, without bit 1
 * folders, each              |  those that hold the files of their versions and nothing else
 *     u16  folder            |
 *     u32  number, u64 time  |    its stamp
 * end                        |  the last block
 *     u64  versions          |    how many there are
 *     u32  folders           |    how many there are
 * </pre>
 *
 * <p>The header stays as it is in every format to come: that is how {@code FORMAT_TOO_NEW}, {@code FORMAT_TOO_OLD} and {@code
 * CORRUPT} are told apart.
 *
 * <p>Pure: no I/O and no state. Nothing is allocated by a length that was not checked against the size of the file.
 */
final class IndexCheckpointFormat {

    static final int FORMAT = 1;
    static final int HEADER_BYTES = 16;

    /** What precedes the body of a block. */
    static final int FRAME_BYTES = 8;

    /** The most versions in one block; with the longest paths they are less than {@link #MAX_BODY_BYTES}. */
    static final int MAX_VERSIONS = 1000;

    private static final int MAX_BODY_BYTES = 2 << 20;

    private static final long MAGIC = 0x4348554E4B494458L;

    private static final byte VERSIONS = 1;
    private static final byte FOLDERS = 2;
    private static final byte END = 3;

    private static final int TOMBSTONE = 1;
    private static final int SAME_PATH = 2;
    private static final int SAME_CLIENT = 4;

    private static final int MAX_VERSION_BYTES =
            2 + 1 + 4 * 8 + 4 + 2 * 8 + 1 + TransactionId.MAX_CLIENT_CHARACTERS + 4 + 2 + ChunkId.MAX_PATH_BYTES;

    private static final int FOLDER_BYTES = 2 + 4 + 8;

    private IndexCheckpointFormat() {}

    /** What a block holds. */
    sealed interface Block {

        /** Some of the versions. */
        record Versions(List<IndexCheckpoint.Entry> entries) implements Block {}

        /** Some of the folders. */
        record Folders(Map<Integer, FileStamp> stamps) implements Block {}

        /** Nothing follows, and so many were before. */
        record End(long versions, int folders) implements Block {}
    }

    static ByteBuffer encodeHeader() {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).putLong(MAGIC).putInt(FORMAT);
        return header.putInt(Crc32c.of(header.duplicate().flip())).flip();
    }

    /**
     * Checks the first {@value #HEADER_BYTES} bytes of a file.
     *
     * @param file names the file in messages
     * @throws ChunkServerException.Corrupt  when they are no header
     * @throws ChunkServerException.Unusable with {@code FORMAT_TOO_NEW} or {@code FORMAT_TOO_OLD} when they are that of another
     *     format
     */
    static void checkHeader(ByteBuffer header, Path file) throws ChunkServerException {
        if (header.remaining() < HEADER_BYTES
                || header.getLong(0) != MAGIC
                || header.getInt(12) != Crc32c.of(header.duplicate().limit(12))) {
            throw corrupt(file, "does not begin with the header of one");
        }
        int format = header.getInt(8);
        if (format != FORMAT) {
            throw Failure.of(
                            format > FORMAT ? ErrorCode.FORMAT_TOO_NEW : ErrorCode.FORMAT_TOO_OLD,
                            "index checkpoint " + file + " has format " + format + "; this version reads " + FORMAT)
                    .toException();
        }
    }

    /** A block of at most {@value #MAX_VERSIONS} versions, at least one. */
    static ByteBuffer encodeVersions(List<IndexCheckpoint.Entry> entries) {
        ByteBuffer block = begin(VERSIONS, entries.size() * MAX_VERSION_BYTES);
        ChunkInfo before = null;
        for (IndexCheckpoint.Entry entry : entries) {
            encode(entry, before, block);
            before = entry.info();
        }
        return seal(block);
    }

    private static void encode(IndexCheckpoint.Entry entry, @Nullable ChunkInfo before, ByteBuffer target) {
        ChunkInfo info = entry.info();
        String path = info.id().path();
        String client = info.transaction().client();
        boolean samePath = before != null && before.id().path().equals(path);
        boolean sameClient = before != null && before.transaction().client().equals(client);
        int flags = (info.tombstone() ? TOMBSTONE : 0) | (samePath ? SAME_PATH : 0) | (sameClient ? SAME_CLIENT : 0);
        target.putShort((short) entry.folder()).put((byte) flags);
        target.putLong(info.version().number()).putLong(info.epoch());
        target.putLong(info.lengthBytes()).putLong(info.storedBytes()).putInt(info.crc32c());
        target.putLong(info.transaction().startedMillis())
                .putLong(info.transaction().sequence());
        if (!sameClient) {
            target.put((byte) client.length()).put(client.getBytes(StandardCharsets.US_ASCII));
        }
        target.putInt(info.id().index());
        if (!samePath) {
            byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
            target.putShort((short) bytes.length).put(bytes);
        }
    }

    /** A block of all folders. */
    static ByteBuffer encodeFolders(Map<Integer, FileStamp> stamps) {
        ByteBuffer block = begin(FOLDERS, stamps.size() * FOLDER_BYTES);
        stamps.forEach((folder, stamp) ->
                block.putShort(folder.shortValue()).putInt(stamp.file()).putLong(stamp.modifiedNanos()));
        return seal(block);
    }

    static ByteBuffer encodeEnd(long versions, int folders) {
        return seal(begin(END, Long.BYTES + Integer.BYTES).putLong(versions).putInt(folders));
    }

    private static ByteBuffer begin(byte kind, int bytes) {
        return ByteBuffer.allocate(FRAME_BYTES + 1 + bytes)
                .position(FRAME_BYTES)
                .put(kind);
    }

    private static ByteBuffer seal(ByteBuffer block) {
        block.flip().putInt(0, block.limit() - FRAME_BYTES);
        return block.putInt(Integer.BYTES, checksum(block));
    }

    /** Of everything but the checksum itself. */
    private static int checksum(ByteBuffer block) {
        int length = Crc32c.of(block.duplicate().limit(Integer.BYTES));
        int body = Crc32c.of(block.duplicate().position(FRAME_BYTES));
        return Crc32c.combine(length, body, block.limit() - FRAME_BYTES);
    }

    /**
     * How many bytes the body has that follows this frame.
     *
     * @param left how many bytes the file has after the frame
     */
    static int bodyBytes(ByteBuffer frame, long left, Path file) throws ChunkServerException {
        int bytes = frame.getInt(0);
        if (bytes < 1 || bytes > MAX_BODY_BYTES || bytes > left) {
            throw corrupt(file, "has a block that claims " + bytes + " bytes");
        }
        return bytes;
    }

    /**
     * Reads a block.
     *
     * @param block frame and body, from 0 to the limit; backed by an array
     * @throws ChunkServerException.Corrupt when it is none
     */
    static Block decode(ByteBuffer block, Path file) throws ChunkServerException {
        if (block.limit() <= FRAME_BYTES || block.getInt(Integer.BYTES) != checksum(block)) {
            throw corrupt(file, "has a block that does not match its checksum");
        }
        ByteBuffer body = block.duplicate().position(FRAME_BYTES);
        try {
            return switch (body.get()) {
                case VERSIONS -> decodeVersions(body);
                case FOLDERS -> decodeFolders(body);
                case END -> decodeEnd(body);
                default -> throw new IllegalArgumentException("an unknown kind");
            };
        } catch (BufferUnderflowException | IllegalArgumentException | CharacterCodingException e) {
            throw corrupt(file, "has a block with impossible values: " + e.getMessage());
        }
    }

    private static Block decodeVersions(ByteBuffer body) throws CharacterCodingException {
        List<IndexCheckpoint.Entry> entries = new ArrayList<>();
        ChunkInfo before = null;
        while (body.hasRemaining()) {
            IndexCheckpoint.Entry entry = decodeVersion(body, before);
            entries.add(entry);
            before = entry.info();
        }
        return new Block.Versions(entries);
    }

    private static IndexCheckpoint.Entry decodeVersion(ByteBuffer body, @Nullable ChunkInfo before)
            throws CharacterCodingException {
        int folder = Short.toUnsignedInt(body.getShort());
        int flags = body.get();
        boolean repeats = (flags & (SAME_PATH | SAME_CLIENT)) != 0;
        if ((flags & ~(TOMBSTONE | SAME_PATH | SAME_CLIENT)) != 0 || (repeats && before == null)) {
            throw new IllegalArgumentException("flags " + flags);
        }
        ChunkVersion version = new ChunkVersion(body.getLong());
        long epoch = body.getLong();
        long lengthBytes = body.getLong();
        long storedBytes = body.getLong();
        int crc32c = body.getInt();
        long started = body.getLong();
        long sequence = body.getLong();
        // What is the same text is one object, in memory too.
        String client = before != null && (flags & SAME_CLIENT) != 0
                ? before.transaction().client()
                : text(body, Byte.toUnsignedInt(body.get()));
        int index = body.getInt();
        String path = before != null && (flags & SAME_PATH) != 0
                ? before.id().path()
                : text(body, Short.toUnsignedInt(body.getShort()));
        return new IndexCheckpoint.Entry(
                folder,
                new ChunkInfo(
                        new ChunkId(path, index),
                        version,
                        new TransactionId(client, started, sequence),
                        epoch,
                        lengthBytes,
                        crc32c,
                        storedBytes,
                        (flags & TOMBSTONE) != 0));
    }

    private static String text(ByteBuffer body, int length) throws CharacterCodingException {
        if (length > body.remaining()) {
            throw new BufferUnderflowException();
        }
        int from = body.position();
        body.position(from + length);
        String text = new String(body.array(), body.arrayOffset() + from, length, StandardCharsets.UTF_8);
        // The quick way puts this in place of what is no text; the strict one tells it from one that was meant.
        return text.indexOf('\uFFFD') < 0
                ? text
                : StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(body.duplicate().limit(from + length).position(from))
                        .toString();
    }

    private static Block decodeFolders(ByteBuffer body) {
        Map<Integer, FileStamp> stamps = new TreeMap<>();
        while (body.hasRemaining()) {
            int folder = Short.toUnsignedInt(body.getShort());
            StoreLayout.checkFolderNumber(folder);
            if (stamps.put(folder, new FileStamp(body.getInt(), body.getLong())) != null) {
                throw new IllegalArgumentException("folder " + folder + " is there twice");
            }
        }
        return new Block.Folders(stamps);
    }

    private static Block decodeEnd(ByteBuffer body) {
        Block end = new Block.End(body.getLong(), body.getInt());
        if (body.hasRemaining()) {
            throw new IllegalArgumentException(body.remaining() + " bytes too many");
        }
        return end;
    }

    static ChunkServerException corrupt(Path file, String what) {
        return Failure.of(ErrorCode.CORRUPT, "index checkpoint " + file + " " + what)
                .toException();
    }
}
