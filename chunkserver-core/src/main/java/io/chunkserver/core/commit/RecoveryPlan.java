package io.chunkserver.core.commit;

import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.commit.log.TransactionTable;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What a start makes of what the log says. Pure: no I/O, no threads, no clock. */
public final class RecoveryPlan {

    /** What becomes of a staged file. */
    public enum Fate {
        /** Committed: made visible now. */
        PUBLISH,
        /** Promised, outcome unknown: kept until somebody who knows has told. */
        KEEP,
        /** Neither: nobody was promised anything (presumed abort). */
        DISCARD
    }

    private final TransactionTable table;
    private final Map<StageKey, Prepared> standing = new LinkedHashMap<>();
    private final List<Prepared> over = new ArrayList<>();

    /**
     * A plan for what the table says now.
     *
     * @param committed the version of a chunk that is committed in the store, published or missing; {@link ChunkVersion#NONE} when none is
     */
    public RecoveryPlan(TransactionTable table, Function<ChunkId, ChunkVersion> committed) {
        this.table = table;
        List<Prepared> inDoubt = table.inDoubt();
        for (Prepared prepared : inDoubt) {
            if (isSuperseded(prepared, inDoubt) || isOvertaken(prepared, committed.apply(prepared.chunk()))) {
                over.add(prepared);
            } else {
                standing.put(new StageKey(prepared.transaction(), prepared.attempt()), prepared);
            }
        }
    }

    /** The promises that stand: whoever gave them has to ask what became of them. */
    public Collection<Prepared> standing() {
        return standing.values();
    }

    /** The promises that were aborted, as what came after them shows: the records of it were lost with the end of the log. */
    List<Prepared> over() {
        return over;
    }

    /** What becomes of the file that this attempt has staged. */
    public Fate of(StageKey staged) {
        if (standing.containsKey(staged)) {
            return Fate.KEEP;
        }
        Optional<Outcome> outcome = table.outcome(staged.transaction());
        return outcome.isPresent() && outcome.get().attempt().equals(staged.attempt()) ? Fate.PUBLISH : Fate.DISCARD;
    }

    /**
     * Whether a committed version is lost on this server: neither it nor a newer one is published, and the log does not say that the copy
     * was given up, because others have it or because it was a tombstone whose time was over. A tombstone that is lost counts: without it the
     * versions of its chunk would begin anew (guarantee I2).
     *
     * @param newest    the newest outcome of its chunk that the log remembers
     * @param published the version of the chunk that is published here
     */
    public boolean isLost(Outcome newest, Optional<ChunkVersion> published) {
        return isBehind(newest, published) && !isGivenUp(newest.chunk(), newest.version());
    }

    /** Whether this server has removed its copy of this version, as the log remembers. */
    public boolean isGivenUp(ChunkId chunk, ChunkVersion version) {
        return !version.isNewerThan(table.removed(chunk));
    }

    /** Whether what is published is older than a committed version. */
    static boolean isBehind(Outcome outcome, Optional<ChunkVersion> published) {
        return published.isEmpty() || outcome.version().isNewerThan(published.get());
    }

    private static boolean isSuperseded(Prepared prepared, List<Prepared> inDoubt) {
        return inDoubt.stream()
                .anyMatch(other -> other.transaction().equals(prepared.transaction())
                        && other.coordinatorLogId().equals(prepared.coordinatorLogId())
                        && other.attempt().isNewerThan(prepared.attempt()));
    }

    /**
     * A version that is as new as the promised one comes to a server by the log, which then says what became of the promise, or as a
     * copy. A copy is published only where no transaction holds the chunk, or tells in the log that the promise was kept.
     */
    private static boolean isOvertaken(Prepared prepared, ChunkVersion committed) {
        return committed.isNewerThan(prepared.base());
    }
}
