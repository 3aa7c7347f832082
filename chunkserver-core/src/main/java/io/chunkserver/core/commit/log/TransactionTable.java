package io.chunkserver.core.commit.log;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a log adds up to: the transactions that are still open and the outcomes that are remembered.
 *
 * <p>A record is in the table when, and only when, it is durable (or, for records that were not forced, rode on a
 * force). Safe for many threads; every method answers for one instant.
 */
public interface TransactionTable {

    /** The most promises settled by hand that are remembered: the last of them. */
    int MAX_SETTLED_BY_HAND = 1000;

    /** Prepared attempts of which no outcome is known. */
    List<LogRecord.Prepared> inDoubt();

    /** Decisions that not all members have acknowledged. */
    List<LogRecord.Decided> undelivered();

    /** The outcome of a committed transaction, as long as it is remembered. */
    Optional<Outcome> outcome(TransactionId transaction);

    /**
     * How an operator settled a promise here, if it is one of the last {@value #MAX_SETTLED_BY_HAND}; a commit has an outcome besides, as
     * long as that is remembered.
     */
    Optional<SettledPromise> settledByHand(TransactionId transaction);

    /** A copy of all remembered outcomes. */
    Collection<Outcome> outcomes();

    /**
     * The newest version of the chunk of which the copy here was given up; {@link ChunkVersion#NONE} when none was. Only to be asked for
     * chunks of remembered outcomes.
     */
    ChunkVersion removed(ChunkId chunk);

    /**
     * Whether the id is so old that its outcome may have been forgotten. An id that is expired and not remembered
     * must not be applied.
     */
    boolean expired(TransactionId transaction);
}
