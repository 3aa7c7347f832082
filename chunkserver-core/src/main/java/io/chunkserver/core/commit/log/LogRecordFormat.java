package io.chunkserver.core.commit.log;

import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The bytes of one entry of a batch. Pure: no I/O, no state.
 *
 * <pre>
 *   +------------------+----------+---------------------------+
 *   | payload length 4 | type 1   | payload                   |     all numbers big-endian
 *   +------------------+----------+---------------------------+
 *
 *   type                     payload
 *    1 prepared              tx attempt chunk base:8 epoch:8 tombstone:1 durability:1 length:8 crc32c:4 chain logId:16
 *    2 decided               tx attempt chunk version:8 tombstone:1 durability:1 length:8 crc32c:4 chain atMillis:8
 *    3 committed             tx attempt atMillis:8
 *    4 aborted, 5 ended      tx attempt
 *    6 forgotten             tx
 *    7 removed               tx attempt chunk version:8
 *    8 settled by hand       tx attempt committed:1 atMillis:8
 *    9 continued             (empty)
 *   16 checkpoint begin      (empty)
 *   17 checkpoint prepared   as 1
 *   18 checkpoint decided    as 2
 *   19 checkpoint outcome    tx attempt chunk version:8 tombstone:1 durability:1 length:8 crc32c:4 members:4 atMillis:8
 *   20 checkpoint end        expiredThroughMillis:8 entries:4
 *   21 checkpoint removed    chunk version:8
 *   22 checkpoint settled    tx attempt chunk version:8 tombstone:1 committed:1 atMillis:8
 *
 *   tx      = client:text started:8 sequence:8        attempt = boot:8 counter:8
 *   chunk   = path:text index:4                       text    = length:2 UTF-8
 *   chain   = count:1, then id:text address:text x:8 y:8 for each member
 * </pre>
 *
 * <p>An entry carries no checksum of its own: a batch is written and judged as a whole, see {@link LogSegmentFormat}.
 */
final class LogRecordFormat {

    /** The longest chain; no sensible replication factor comes near, and a record stays small. */
    static final int MAX_CHAIN_MEMBERS = 64;

    /** The longest entry, frame included: a chain of {@link #MAX_CHAIN_MEMBERS} with the longest words fits. */
    static final int MAX_RECORD_BYTES = 64 * 1024;

    /** Length and type before each payload. */
    static final int FRAME_BYTES = 5;

    private LogRecordFormat() {}

    /**
     * The entry as bytes, frame included.
     *
     * @throws IllegalArgumentException when it has more members than {@link #MAX_CHAIN_MEMBERS} or text that is not
     *     valid Unicode
     */
    static byte[] encode(LogEntry entry) {
        ByteArrayDataOutput payload = ByteStreams.newDataOutput();
        LogRecordType type = writePayload(entry, payload);
        byte[] bytes = payload.toByteArray();
        return ByteBuffer.allocate(FRAME_BYTES + bytes.length)
                .putInt(bytes.length)
                .put(type.code())
                .put(bytes)
                .array();
    }

    /**
     * Reads one entry and leaves the buffer's position behind it.
     *
     * @throws MalformedLogException when the bytes are no entry
     */
    static LogEntry decode(ByteBuffer in) throws MalformedLogException {
        if (in.remaining() < FRAME_BYTES) {
            throw new MalformedLogException("an entry ends within its frame");
        }
        int length = in.getInt();
        LogRecordType type = LogRecordType.of(in.get());
        if (length < 0 || length > MAX_RECORD_BYTES - FRAME_BYTES || length > in.remaining()) {
            throw new MalformedLogException("an entry claims a payload of " + length + " bytes");
        }
        ByteBuffer payload = in.slice(in.position(), length);
        in.position(in.position() + length);
        LogEntry entry;
        try {
            entry = readPayload(type, payload);
        } catch (BufferUnderflowException e) {
            throw new MalformedLogException("the payload of a " + type + " entry is too short", e);
        } catch (IllegalArgumentException e) {
            throw new MalformedLogException("a " + type + " entry has a value that cannot be: " + e.getMessage(), e);
        }
        if (payload.hasRemaining()) {
            throw new MalformedLogException("a " + type + " entry has " + payload.remaining() + " bytes too many");
        }
        return entry;
    }

    /** Whether the first of these entries begins a checkpoint; leaves the buffer's position. */
    static boolean isCheckpointBegin(ByteBuffer entries) {
        return entries.remaining() >= FRAME_BYTES
                && entries.get(entries.position() + Integer.BYTES) == LogRecordType.CHECKPOINT_BEGIN.code();
    }

    private static LogRecordType writePayload(LogEntry entry, ByteArrayDataOutput out) {
        if (entry instanceof LogEntry.Event event) {
            return writeRecord(event.record(), out);
        } else if (entry instanceof LogEntry.Forgotten forgotten) {
            writeTransaction(forgotten.through(), out);
            return LogRecordType.FORGOTTEN;
        } else if (entry instanceof LogEntry.Continued) {
            return LogRecordType.CONTINUED;
        } else if (entry instanceof LogEntry.CheckpointPrepared kept) {
            writePrepared(kept.prepared(), out);
            return LogRecordType.CHECKPOINT_PREPARED;
        } else if (entry instanceof LogEntry.CheckpointDecided kept) {
            writeDecided(kept.decided(), out);
            return LogRecordType.CHECKPOINT_DECIDED;
        } else if (entry instanceof LogEntry.CheckpointOutcome kept) {
            writeOutcome(kept.outcome(), out);
            return LogRecordType.CHECKPOINT_OUTCOME;
        } else if (entry instanceof LogEntry.CheckpointRemoved kept) {
            writeChunk(kept.chunk(), out);
            out.writeLong(kept.version().number());
            return LogRecordType.CHECKPOINT_REMOVED;
        } else if (entry instanceof LogEntry.CheckpointSettledPromise kept) {
            writeSettled(kept.settled(), out);
            return LogRecordType.CHECKPOINT_SETTLED_PROMISE;
        } else if (entry instanceof LogEntry.CheckpointEnd end) {
            out.writeLong(end.expiredThroughMillis());
            out.writeInt(end.entries());
            return LogRecordType.CHECKPOINT_END;
        }
        return LogRecordType.CHECKPOINT_BEGIN;
    }

    private static LogRecordType writeRecord(LogRecord record, ByteArrayDataOutput out) {
        if (record instanceof LogRecord.Prepared prepared) {
            writePrepared(prepared, out);
            return LogRecordType.PREPARED;
        } else if (record instanceof LogRecord.Decided decided) {
            writeDecided(decided, out);
            return LogRecordType.DECIDED;
        }
        writeKey(record.transaction(), record.attempt(), out);
        if (record instanceof LogRecord.Committed committed) {
            out.writeLong(committed.atMillis());
            return LogRecordType.COMMITTED;
        } else if (record instanceof LogRecord.SettledByHand settled) {
            out.writeBoolean(settled.committed());
            out.writeLong(settled.atMillis());
            return LogRecordType.SETTLED_BY_HAND;
        } else if (record instanceof LogRecord.Removed removed) {
            writeChunk(removed.chunk(), out);
            out.writeLong(removed.version().number());
            return LogRecordType.REMOVED;
        }
        return record instanceof LogRecord.Aborted ? LogRecordType.ABORTED : LogRecordType.ENDED;
    }

    private static LogEntry readPayload(LogRecordType type, ByteBuffer in) throws MalformedLogException {
        return switch (type) {
            case PREPARED -> new LogEntry.Event(readPrepared(in));
            case DECIDED -> new LogEntry.Event(readDecided(in));
            case COMMITTED ->
                new LogEntry.Event(new LogRecord.Committed(readTransaction(in), readAttempt(in), in.getLong()));
            case ABORTED -> new LogEntry.Event(new LogRecord.Aborted(readTransaction(in), readAttempt(in)));
            case ENDED -> new LogEntry.Event(new LogRecord.Ended(readTransaction(in), readAttempt(in)));
            case REMOVED ->
                new LogEntry.Event(new LogRecord.Removed(
                        readTransaction(in), readAttempt(in), readChunk(in), new ChunkVersion(in.getLong())));
            case SETTLED_BY_HAND ->
                new LogEntry.Event(
                        new LogRecord.SettledByHand(readTransaction(in), readAttempt(in), readFlag(in), in.getLong()));
            case FORGOTTEN -> new LogEntry.Forgotten(readTransaction(in));
            case CONTINUED -> new LogEntry.Continued();
            case CHECKPOINT_BEGIN -> new LogEntry.CheckpointBegin();
            case CHECKPOINT_PREPARED -> new LogEntry.CheckpointPrepared(readPrepared(in));
            case CHECKPOINT_DECIDED -> new LogEntry.CheckpointDecided(readDecided(in));
            case CHECKPOINT_OUTCOME -> new LogEntry.CheckpointOutcome(readOutcome(in));
            case CHECKPOINT_REMOVED -> new LogEntry.CheckpointRemoved(readChunk(in), new ChunkVersion(in.getLong()));
            case CHECKPOINT_SETTLED_PROMISE -> new LogEntry.CheckpointSettledPromise(readSettled(in));
            case CHECKPOINT_END -> new LogEntry.CheckpointEnd(in.getLong(), in.getInt());
        };
    }

    private static void writePrepared(LogRecord.Prepared prepared, ByteArrayDataOutput out) {
        writeKey(prepared.transaction(), prepared.attempt(), out);
        writeChunk(prepared.chunk(), out);
        out.writeLong(prepared.base().number());
        out.writeLong(prepared.epoch());
        writeContent(prepared.tombstone(), prepared.durability(), prepared.lengthBytes(), prepared.crc32c(), out);
        writeChain(prepared.chain(), out);
        out.writeLong(prepared.coordinatorLogId().getMostSignificantBits());
        out.writeLong(prepared.coordinatorLogId().getLeastSignificantBits());
    }

    private static LogRecord.Prepared readPrepared(ByteBuffer in) throws MalformedLogException {
        return new LogRecord.Prepared(
                readTransaction(in),
                readAttempt(in),
                readChunk(in),
                new ChunkVersion(in.getLong()),
                in.getLong(),
                readFlag(in),
                readDurability(in),
                in.getLong(),
                in.getInt(),
                readChain(in),
                new UUID(in.getLong(), in.getLong()));
    }

    private static void writeDecided(LogRecord.Decided decided, ByteArrayDataOutput out) {
        writeKey(decided.transaction(), decided.attempt(), out);
        writeChunk(decided.chunk(), out);
        out.writeLong(decided.version().number());
        writeContent(decided.tombstone(), decided.durability(), decided.lengthBytes(), decided.crc32c(), out);
        writeChain(decided.chain(), out);
        out.writeLong(decided.atMillis());
    }

    private static LogRecord.Decided readDecided(ByteBuffer in) throws MalformedLogException {
        return new LogRecord.Decided(
                readTransaction(in),
                readAttempt(in),
                readChunk(in),
                new ChunkVersion(in.getLong()),
                readFlag(in),
                readDurability(in),
                in.getLong(),
                in.getInt(),
                readChain(in),
                in.getLong());
    }

    private static void writeSettled(SettledPromise settled, ByteArrayDataOutput out) {
        writeKey(settled.transaction(), settled.attempt(), out);
        writeChunk(settled.chunk(), out);
        out.writeLong(settled.version().number());
        out.writeBoolean(settled.tombstone());
        out.writeBoolean(settled.committed());
        out.writeLong(settled.atMillis());
    }

    private static SettledPromise readSettled(ByteBuffer in) throws MalformedLogException {
        return new SettledPromise(
                readTransaction(in),
                readAttempt(in),
                readChunk(in),
                new ChunkVersion(in.getLong()),
                readFlag(in),
                readFlag(in),
                in.getLong());
    }

    private static void writeOutcome(Outcome outcome, ByteArrayDataOutput out) {
        writeKey(outcome.transaction(), outcome.attempt(), out);
        writeChunk(outcome.chunk(), out);
        out.writeLong(outcome.version().number());
        writeContent(outcome.tombstone(), outcome.durability(), outcome.lengthBytes(), outcome.crc32c(), out);
        out.writeInt(outcome.members());
        out.writeLong(outcome.atMillis());
    }

    private static Outcome readOutcome(ByteBuffer in) throws MalformedLogException {
        return new Outcome(
                readTransaction(in),
                readAttempt(in),
                readChunk(in),
                new ChunkVersion(in.getLong()),
                readFlag(in),
                readDurability(in),
                in.getLong(),
                in.getInt(),
                in.getInt(),
                in.getLong());
    }

    private static void writeKey(TransactionId transaction, Attempt attempt, ByteArrayDataOutput out) {
        writeTransaction(transaction, out);
        out.writeLong(attempt.boot());
        out.writeLong(attempt.counter());
    }

    private static void writeTransaction(TransactionId transaction, ByteArrayDataOutput out) {
        writeText(transaction.client(), out);
        out.writeLong(transaction.startedMillis());
        out.writeLong(transaction.sequence());
    }

    private static TransactionId readTransaction(ByteBuffer in) throws MalformedLogException {
        return new TransactionId(readText(in), in.getLong(), in.getLong());
    }

    private static Attempt readAttempt(ByteBuffer in) {
        return new Attempt(in.getLong(), in.getLong());
    }

    private static void writeChunk(ChunkId chunk, ByteArrayDataOutput out) {
        writeText(chunk.path(), out);
        out.writeInt(chunk.index());
    }

    private static ChunkId readChunk(ByteBuffer in) throws MalformedLogException {
        return new ChunkId(readText(in), in.getInt());
    }

    private static void writeContent(
            boolean tombstone, Durability durability, long lengthBytes, int crc32c, ByteArrayDataOutput out) {
        out.writeBoolean(tombstone);
        out.writeByte(
                switch (durability) {
                    case SYNC -> 0;
                    case OS -> 1;
                });
        out.writeLong(lengthBytes);
        out.writeInt(crc32c);
    }

    private static boolean readFlag(ByteBuffer in) throws MalformedLogException {
        byte flag = in.get();
        if (flag != 0 && flag != 1) {
            throw new MalformedLogException("a flag has the value " + flag);
        }
        return flag == 1;
    }

    private static Durability readDurability(ByteBuffer in) throws MalformedLogException {
        return readFlag(in) ? Durability.OS : Durability.SYNC;
    }

    private static void writeChain(List<Member> chain, ByteArrayDataOutput out) {
        if (chain.size() > MAX_CHAIN_MEMBERS) {
            throw new IllegalArgumentException(
                    "a chain of " + chain.size() + " members is longer than " + MAX_CHAIN_MEMBERS);
        }
        out.writeByte(chain.size());
        for (Member member : chain) {
            writeText(member.id().value(), out);
            writeText(member.address(), out);
            out.writeDouble(member.location().x());
            out.writeDouble(member.location().y());
        }
    }

    private static List<Member> readChain(ByteBuffer in) throws MalformedLogException {
        int count = Byte.toUnsignedInt(in.get());
        if (count > MAX_CHAIN_MEMBERS) {
            throw new MalformedLogException("a chain claims " + count + " members");
        }
        List<Member> chain = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            chain.add(
                    new Member(new ServerId(readText(in)), readText(in), new Location(in.getDouble(), in.getDouble())));
        }
        return chain;
    }

    /** Writes text strictly: what UTF-8 cannot hold would come back as something else. */
    private static void writeText(String text, ByteArrayDataOutput out) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            out.writeShort(bytes.remaining());
            out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text of " + text.length() + " characters is not valid Unicode", e);
        }
    }

    private static String readText(ByteBuffer in) throws MalformedLogException {
        int length = Short.toUnsignedInt(in.getShort());
        if (length > in.remaining()) {
            throw new MalformedLogException("text claims " + length + " bytes of " + in.remaining());
        }
        ByteBuffer bytes = in.slice(in.position(), length);
        in.position(in.position() + length);
        if (bytes.hasArray()) {
            String text = new String(bytes.array(), bytes.arrayOffset(), length, StandardCharsets.UTF_8);
            // The quick way puts this in place of what is no text; the strict one tells it from one that was meant.
            if (text.indexOf('\uFFFD') < 0) {
                return text;
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedLogException("text of " + length + " bytes is not UTF-8", e);
        }
    }
}
