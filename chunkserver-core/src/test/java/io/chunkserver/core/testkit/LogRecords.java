package io.chunkserver.core.testkit;

import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Aborted;
import io.chunkserver.core.commit.log.LogRecord.Committed;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Ended;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.LogRecord.Removed;
import io.chunkserver.core.commit.log.LogRecord.SettledByHand;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.commit.log.SettledPromise;
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

/**
 * Records for tests of logs, numbered: those with the same number belong to the same transaction.
 *
 * <p>Transaction n starts n milliseconds after {@link #FIRST_MILLIS}, so that ids are ordered as their numbers are.
 */
public final class LogRecords {

    /** Start time of transaction 0. */
    public static final long FIRST_MILLIS = 1_700_000_000_000L;

    /** The chain of all records: three members in one place. */
    public static final List<Member> CHAIN = List.of(member("first"), member("second"), member("third"));

    private static final UUID COORDINATOR_LOG = new UUID(0xC0FFEE, 1);

    private LogRecords() {}

    private static Member member(String name) {
        return new Member(new ServerId(name), name + ".example:7070", Location.ORIGIN);
    }

    public static TransactionId transaction(long number) {
        return new TransactionId("client", FIRST_MILLIS + number, number);
    }

    /** A promise to store a chunk, by the first attempt. */
    public static Prepared prepared(long number) {
        return prepared(number, new Attempt(1, 1));
    }

    public static Prepared prepared(long number, Attempt attempt) {
        return prepared(number, attempt, false);
    }

    /** A promise to delete a chunk, by the first attempt. */
    public static Prepared preparedDelete(long number) {
        return prepared(number, new Attempt(1, 1), true);
    }

    private static Prepared prepared(long number, Attempt attempt, boolean tombstone) {
        return new Prepared(
                transaction(number),
                attempt,
                new ChunkId("/files/file-" + number, 0),
                new ChunkVersion(number),
                3,
                tombstone,
                Durability.SYNC,
                tombstone ? 0 : 1000 + number,
                (int) number * 31,
                CHAIN,
                COORDINATOR_LOG);
    }

    /** A decision to commit, by the first attempt. */
    public static Decided decided(long number) {
        return decided(number, new Attempt(1, 1));
    }

    public static Decided decided(long number, Attempt attempt) {
        return new Decided(
                transaction(number),
                attempt,
                new ChunkId("/files/file-" + number, 0),
                new ChunkVersion(number + 1),
                false,
                Durability.OS,
                1000 + number,
                (int) number * 31,
                CHAIN,
                FIRST_MILLIS + number);
    }

    /** The commit that belongs to a promise. */
    public static Committed committed(LogRecord promise) {
        return committed(promise, promise.transaction().startedMillis());
    }

    public static Committed committed(LogRecord promise, long atMillis) {
        return new Committed(promise.transaction(), promise.attempt(), atMillis);
    }

    /** The abort that belongs to a promise. */
    public static Aborted aborted(LogRecord promise) {
        return new Aborted(promise.transaction(), promise.attempt());
    }

    /** What an operator chose for a promise. */
    public static SettledByHand settledByHand(Prepared promise, boolean committed) {
        return new SettledByHand(
                promise.transaction(),
                promise.attempt(),
                committed,
                promise.transaction().startedMillis());
    }

    /** What is remembered of a promise that an operator settled. */
    public static SettledPromise settledPromise(Prepared promise, SettledByHand settled) {
        return new SettledPromise(
                promise.transaction(),
                promise.attempt(),
                promise.chunk(),
                promise.base().next(),
                promise.tombstone(),
                settled.committed(),
                settled.atMillis());
    }

    /** The removal of the copy that came of a promise. */
    public static Removed removed(Prepared promise) {
        return new Removed(
                promise.transaction(),
                promise.attempt(),
                promise.chunk(),
                promise.base().next());
    }

    /** The end that belongs to a decision. */
    public static Ended ended(LogRecord decision) {
        return new Ended(decision.transaction(), decision.attempt());
    }

    /** What a promise becomes that is committed. */
    public static Outcome outcome(Prepared promise, long atMillis) {
        return new Outcome(
                promise.transaction(),
                promise.attempt(),
                promise.chunk(),
                promise.base().next(),
                promise.tombstone(),
                promise.durability(),
                promise.lengthBytes(),
                promise.crc32c(),
                promise.chain().size(),
                atMillis);
    }

    /** What a decision becomes, at once. */
    public static Outcome outcome(Decided decision) {
        return new Outcome(
                decision.transaction(),
                decision.attempt(),
                decision.chunk(),
                decision.version(),
                decision.tombstone(),
                decision.durability(),
                decision.lengthBytes(),
                decision.crc32c(),
                decision.chain().size(),
                decision.atMillis());
    }
}
