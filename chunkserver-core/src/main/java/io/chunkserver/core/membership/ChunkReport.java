package io.chunkserver.core.membership;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.util.List;

/**
 * What a server holds: all of it after it has registered, what has changed from then on; and what may still come of stores that began
 * before it knew the master as the leader.
 *
 * <p>A full report comes in parts, one after the other: START, any number of PART, END; each may carry chunks. When END has been
 * taken, the master forgets what it believed to be at that server and was in none of the parts. A START while a full report is
 * under way begins it anew. CHANGES do not come in between, but those that tell of open transactions alone.
 *
 * @param server  which run of which server
 * @param kind    which part of a report this is
 * @param present versions that are published there, tombstones included; at most {@value #MAX_ENTRIES}
 * @param absent  chunks of which nothing is there any more; only in CHANGES
 * @param open    transactions that are not over there, and began under a leader before; only in CHANGES
 * @param number  greater than that of each report which this run of the server has begun before, to any master: one that was held up on
 *                its way, or in a master that stood still, is not taken after a newer one. 0 where the server does not number them
 */
public record ChunkReport(
        Incarnation server,
        Kind kind,
        List<ChunkInfo> present,
        List<ChunkId> absent,
        List<OpenTransaction> open,
        long number) {

    /** The most chunks and transactions in one part. */
    public static final int MAX_ENTRIES = 1000;

    /** The parts of a report. */
    public enum Kind {
        /** What has changed since the last report. */
        CHANGES,
        /** The first part of a full report. */
        START,
        /** Any further part. */
        PART,
        /** The last part. */
        END
    }

    /** One of what is there and what is not. */
    public ChunkReport(Incarnation server, Kind kind, List<ChunkInfo> present, List<ChunkId> absent, long number) {
        this(server, kind, present, absent, List.of(), number);
    }

    /** One without a number. */
    public ChunkReport(Incarnation server, Kind kind, List<ChunkInfo> present, List<ChunkId> absent) {
        this(server, kind, present, absent, 0);
    }

    public ChunkReport {
        if (number < 0) {
            throw new IllegalArgumentException(
                    "number " + number + " of a report of server " + server.id() + " is below 0");
        }
        present = List.copyOf(present);
        absent = List.copyOf(absent);
        open = List.copyOf(open);
        int entries = present.size() + absent.size() + open.size();
        if (entries > MAX_ENTRIES) {
            throw new IllegalArgumentException("report of server " + server.id() + " with " + entries
                    + " chunks; at most " + MAX_ENTRIES + " are allowed");
        }
        if (kind != Kind.CHANGES && !(absent.isEmpty() && open.isEmpty())) {
            throw new IllegalArgumentException(
                    "a full report of server " + server.id() + " names absent chunks or open transactions");
        }
    }
}
