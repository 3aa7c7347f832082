package io.chunkserver.core.scrub;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.model.ChunkId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of the file that says how far a cycle has got. All numbers are big-endian.
 *
 * <pre>
 * u64 magic        "CHUNKSCR"
 * u32 format       1
 * u8  phase        0 idle, 1 chunks, 2 files
 * u64 started      in milliseconds since 1970
 * u64 ended        the same; -1 for never
 * u32 folder
 * u64 chunks
 * u64 bytes
 * u64 damaged
 * u64 unreadable
 * u64 strays
 * u16 id length    0 for none
 * ..  id           of the last chunk, in UTF-8
 * u32 CRC-32C      of all before
 * </pre>
 *
 * <p>Pure. What cannot be understood, of whatever format, counts as none: it costs a cycle and no more.
 */
final class ScrubProgressFormat {

    static final int MAX_BYTES = 8 * 1024;

    private static final long MAGIC = 0x4348554E4B534352L;
    private static final int FORMAT = 1;
    private static final int FIXED_BYTES = 8 + 4 + 1 + 8 + 8 + 4 + 5 * 8 + 2 + 4;
    private static final long NEVER = -1;

    private ScrubProgressFormat() {}

    static ByteBuffer encode(ScrubProgress progress) {
        ChunkId after = progress.after();
        byte[] id = after == null ? new byte[0] : after.toString().getBytes(StandardCharsets.UTF_8);
        Instant ended = progress.ended();
        ByteBuffer bytes = ByteBuffer.allocate(FIXED_BYTES + id.length);
        bytes.putLong(MAGIC).putInt(FORMAT).put(number(progress.phase()));
        bytes.putLong(progress.started().toEpochMilli()).putLong(ended == null ? NEVER : ended.toEpochMilli());
        bytes.putInt(progress.folder()).putLong(progress.chunks()).putLong(progress.bytes());
        bytes.putLong(progress.damaged()).putLong(progress.unreadable()).putLong(progress.strays());
        bytes.putShort((short) id.length).put(id);
        return bytes.putInt(Crc32c.of(bytes.duplicate().flip())).flip();
    }

    static Optional<ScrubProgress> decode(ByteBuffer bytes) {
        int end = bytes.limit() - Integer.BYTES;
        if (bytes.limit() < FIXED_BYTES
                || bytes.getInt(end) != Crc32c.of(bytes.slice(0, end))
                || bytes.getLong() != MAGIC
                || bytes.getInt() != FORMAT) {
            return Optional.empty();
        }
        try {
            return Optional.of(decodeFields(bytes.limit(end)));
        } catch (RuntimeException impossible) {
            return Optional.empty();
        }
    }

    private static byte number(ScrubProgress.Phase phase) {
        return switch (phase) {
            case IDLE -> 0;
            case CHUNKS -> 1;
            case FILES -> 2;
        };
    }

    private static ScrubProgress.Phase phase(byte number) {
        return switch (number) {
            case 0 -> ScrubProgress.Phase.IDLE;
            case 1 -> ScrubProgress.Phase.CHUNKS;
            case 2 -> ScrubProgress.Phase.FILES;
            default -> throw new IllegalArgumentException("phase " + number);
        };
    }

    private static ScrubProgress decodeFields(ByteBuffer bytes) {
        ScrubProgress.Phase phase = phase(bytes.get());
        Instant started = Instant.ofEpochMilli(bytes.getLong());
        long ended = bytes.getLong();
        return new ScrubProgress(
                phase,
                started,
                ended == NEVER ? null : Instant.ofEpochMilli(ended),
                bytes.getShort(bytes.position() + Integer.BYTES + 5 * Long.BYTES) == 0 ? null : id(bytes),
                bytes.getInt(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong());
    }

    /** Stands behind the fields that are still to be read. */
    private static @Nullable ChunkId id(ByteBuffer bytes) {
        int at = bytes.position() + Integer.BYTES + 5 * Long.BYTES;
        byte[] id = new byte[Short.toUnsignedInt(bytes.getShort(at))];
        bytes.get(at + Short.BYTES, id);
        return ChunkId.parse(new String(id, StandardCharsets.UTF_8));
    }
}
