package io.chunkserver.core.testkit;

import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Aborted;
import io.chunkserver.core.commit.log.LogRecord.Committed;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Ended;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.LogRecord.Removed;
import io.chunkserver.core.commit.log.LogRecord.SettledByHand;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Generators of log records for jqwik. */
public final class LogRecordArbitraries {

    private static final String NAME_CHARACTERS = "ABCXYZabcxyz019._-";

    private LogRecordArbitraries() {}

    /** Any record, with values up to their limits. */
    public static Arbitrary<LogRecord> records() {
        return Combinators.combine(transactions(), attempts())
                .flatAs((transaction, attempt) -> Arbitraries.oneOf(
                        prepared(transaction, attempt),
                        decided(transaction, attempt),
                        Arbitraries.longs().map(atMillis -> new Committed(transaction, attempt, atMillis)),
                        Arbitraries.just(new Aborted(transaction, attempt)),
                        Combinators.combine(chunks(), versions())
                                .as((chunk, version) -> new Removed(transaction, attempt, chunk, version)),
                        Combinators.combine(Arbitraries.of(true, false), Arbitraries.longs())
                                .as((committed, atMillis) ->
                                        new SettledByHand(transaction, attempt, committed, atMillis)),
                        Arbitraries.just(new Ended(transaction, attempt))));
    }

    /** Records of six transactions and two attempts, so that a sequence of them has much to do with each other. */
    public static Arbitrary<LogRecord> relatedRecords() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 6),
                        Arbitraries.longs().between(1, 2).map(counter -> new Attempt(1, counter)),
                        Arbitraries.longs().between(-10, 10).map(later -> LogRecords.FIRST_MILLIS + later),
                        Arbitraries.integers().between(0, 7))
                .as(LogRecordArbitraries::related);
    }

    private static LogRecord related(long number, Attempt attempt, long atMillis, int kind) {
        Prepared promise = LogRecords.prepared(number, attempt);
        return switch (kind) {
            case 0 -> promise;
            case 1 -> LogRecords.decided(number, attempt);
            case 2 -> LogRecords.committed(promise, atMillis);
            case 3 -> LogRecords.aborted(promise);
            case 4 -> LogRecords.removed(promise);
            case 5 -> LogRecords.settledByHand(promise, true);
            case 6 -> LogRecords.settledByHand(promise, false);
            default -> LogRecords.ended(promise);
        };
    }

    private static Arbitrary<LogRecord> prepared(TransactionId transaction, Attempt attempt) {
        return Combinators.combine(
                        chunks(),
                        versions(),
                        Arbitraries.longs().greaterOrEqual(0),
                        contents(),
                        chains(),
                        Combinators.combine(Arbitraries.longs(), Arbitraries.longs())
                                .as(UUID::new))
                .as((chunk, base, epoch, content, chain, logId) -> new Prepared(
                        transaction,
                        attempt,
                        chunk,
                        base,
                        epoch,
                        content.tombstone(),
                        content.durability(),
                        content.lengthBytes(),
                        content.crc32c(),
                        chain,
                        logId));
    }

    private static Arbitrary<LogRecord> decided(TransactionId transaction, Attempt attempt) {
        return Combinators.combine(chunks(), versions(), contents(), chains(), Arbitraries.longs())
                .as((chunk, version, content, chain, atMillis) -> new Decided(
                        transaction,
                        attempt,
                        chunk,
                        version,
                        content.tombstone(),
                        content.durability(),
                        content.lengthBytes(),
                        content.crc32c(),
                        chain,
                        atMillis));
    }

    private record Content(boolean tombstone, Durability durability, long lengthBytes, int crc32c) {}

    private static Arbitrary<Content> contents() {
        return Combinators.combine(
                        Arbitraries.of(true, false),
                        Arbitraries.of(Durability.class),
                        Arbitraries.longs().greaterOrEqual(0),
                        Arbitraries.integers())
                .as(Content::new);
    }

    /** Any transaction id. */
    public static Arbitrary<TransactionId> transactions() {
        return Combinators.combine(
                        names(TransactionId.MAX_CLIENT_CHARACTERS),
                        Arbitraries.longs().greaterOrEqual(0),
                        Arbitraries.longs().greaterOrEqual(0))
                .as(TransactionId::new);
    }

    /** Any attempt. */
    public static Arbitrary<Attempt> attempts() {
        return Combinators.combine(
                        Arbitraries.longs().greaterOrEqual(1),
                        Arbitraries.longs().greaterOrEqual(1))
                .as(Attempt::new);
    }

    private static Arbitrary<ChunkVersion> versions() {
        // The last number has no next one.
        return Arbitraries.longs().between(0, Long.MAX_VALUE - 1).map(ChunkVersion::new);
    }

    private static Arbitrary<ChunkId> chunks() {
        // Up to four bytes of UTF-8 for each character, and 255 of those fit.
        Arbitrary<String> segments = Arbitraries.oneOf(
                        Arbitraries.strings().alpha().numeric(),
                        Arbitraries.strings().withChars('ä', 'ß', '漢', '字'))
                .filter(segment -> !segment.isEmpty() && segment.length() <= 60);
        return Combinators.combine(
                        segments.list().ofMinSize(1).ofMaxSize(4),
                        Arbitraries.integers().greaterOrEqual(0))
                .as((path, index) -> new ChunkId("/" + String.join("/", path), index));
    }

    private static Arbitrary<List<Member>> chains() {
        Arbitrary<Double> coordinates = Arbitraries.doubles().between(-1e9, 1e9);
        Arbitrary<Member> members = Combinators.combine(
                        names(ServerId.MAX_CHARACTERS),
                        Arbitraries.strings()
                                .alpha()
                                .numeric()
                                .ofMinLength(1)
                                .ofMaxLength(Member.MAX_ADDRESS_CHARACTERS),
                        coordinates,
                        coordinates)
                .as((id, address, x, y) -> new Member(new ServerId(id), address, new Location(x, y)));
        return members.list().ofMinSize(1).ofMaxSize(3);
    }

    private static Arbitrary<String> names(int maxCharacters) {
        return Arbitraries.strings().withChars(NAME_CHARACTERS).ofMinLength(1).ofMaxLength(maxCharacters);
    }
}
