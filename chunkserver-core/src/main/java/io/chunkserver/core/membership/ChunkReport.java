package io.chunkserver.core.membership;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.util.List;

/**
 * What a server holds: all of it after it has registered, what has changed from then on.
 *
 * <p>A full report comes in parts, one after the other: START, any number of PART, END; each may carry chunks. When END has been
 * taken, the master forgets what it believed to be at that server and was in none of the parts. A START while a full report is
 * under way begins it anew. CHANGES never come in between.
 *
 * @param server  which run of which server
 * @param kind    which part of a report this is
 * @param present versions that are published there, tombstones included; at most {@value #MAX_ENTRIES}
 * @param absent  chunks of which nothing is there any more; only in CHANGES
 * @param number  greater than that of each report which this run of the server has begun before, to any master: one that was held up on
 *                its way, or in a master that stood still, is not taken after a newer one. 0 where the server does not number them
 */
public record ChunkReport(Incarnation server, Kind kind, List<ChunkInfo> present, List<ChunkId> absent, long number) {

    /** The most chunks in one part. */
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
        if (present.size() + absent.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException("report of server " + server.id() + " with "
                    + (present.size() + absent.size()) + " chunks; at most " + MAX_ENTRIES + " are allowed");
        }
        if (kind != Kind.CHANGES && !absent.isEmpty()) {
            throw new IllegalArgumentException("a full report of server " + server.id() + " names absent chunks");
        }
    }
}
