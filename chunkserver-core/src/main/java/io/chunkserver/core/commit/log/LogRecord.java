package io.chunkserver.core.commit.log;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import java.util.List;
import java.util.UUID;

/** A line of the transaction log. */
public sealed interface LogRecord {

    TransactionId transaction();

    Attempt attempt();

    /**
     * A participant's promise: it can commit this attempt, and will not abort it by itself.
     *
     * @param base             the version that the new one replaces
     * @param epoch            epoch of the transaction
     * @param tombstone        true for a delete
     * @param lengthBytes      length of the new version's data
     * @param crc32c           checksum of the new version's data
     * @param chain            all members, the coordinator first
     * @param coordinatorLogId the log in which the coordinator will write its decision
     */
    record Prepared(
            TransactionId transaction,
            Attempt attempt,
            ChunkId chunk,
            ChunkVersion base,
            long epoch,
            boolean tombstone,
            Durability durability,
            long lengthBytes,
            int crc32c,
            List<Member> chain,
            UUID coordinatorLogId)
            implements LogRecord {

        public Prepared {
            chain = List.copyOf(chain);
        }

        public Member coordinator() {
            return chain.get(0);
        }
    }

    /**
     * The coordinator's decision to commit, and its own local commit.
     *
     * @param version     the version that was committed
     * @param chain       all members, the coordinator first
     * @param atMillis    wall clock of the decision
     */
    record Decided(
            TransactionId transaction,
            Attempt attempt,
            ChunkId chunk,
            ChunkVersion version,
            boolean tombstone,
            Durability durability,
            long lengthBytes,
            int crc32c,
            List<Member> chain,
            long atMillis)
            implements LogRecord {

        public Decided {
            chain = List.copyOf(chain);
        }
    }

    /**
     * A participant learnt that its prepared attempt is committed.
     *
     * @param atMillis wall clock of the record
     */
    record Committed(TransactionId transaction, Attempt attempt, long atMillis) implements LogRecord {}

    /** A participant learnt that its prepared attempt is aborted. */
    record Aborted(TransactionId transaction, Attempt attempt) implements LogRecord {}

    /**
     * An operator settled a promise here whose outcome nobody could tell: a heuristic outcome, which may be another one than that of the
     * other members (X/Open, <i>Distributed Transaction Processing: The XA Specification</i>, 1991, calls it so). It stands for the
     * committed or aborted record.
     *
     * @param committed what the operator chose
     * @param atMillis  wall clock of the record
     */
    record SettledByHand(TransactionId transaction, Attempt attempt, boolean committed, long atMillis)
            implements LogRecord {}

    /**
     * A copy that this server had of a chunk is given up, because others have it: not here from now on is not lost.
     *
     * @param transaction that committed the version
     * @param attempt     a number of this server's own for the removal
     * @param version     the version that is removed; older ones are not here either
     */
    record Removed(TransactionId transaction, Attempt attempt, ChunkId chunk, ChunkVersion version)
            implements LogRecord {}

    /** All members of a decided transaction have applied it, or can no longer. */
    record Ended(TransactionId transaction, Attempt attempt) implements LogRecord {}
}
