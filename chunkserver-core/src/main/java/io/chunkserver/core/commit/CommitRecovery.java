package io.chunkserver.core.commit;

import io.chunkserver.core.commit.log.LogRecord.Aborted;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.commit.log.TransactionLog;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StagedVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the store in line with the log when a server starts. The log is the truth, the rename is redo:
 *
 * <ul>
 *   <li>staged and committed: published now, in the order of versions;
 *   <li>staged and promised, outcome unknown: kept, to be asked for;
 *   <li>staged and neither: removed, for nobody was promised anything (presumed abort);
 *   <li>committed and neither staged nor published: lost on this server, and reported as such, never taken for fine, unless the log
 *       says that the copy was given up because others have it. The store remembers it as missing when the log has forgotten it.
 * </ul>
 *
 * <p>When it is done, all that is published is durable, also what a process published that died before it could force that.
 * Running it twice is the same as once, also when the first run was cut off anywhere.
 */
public final class CommitRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(CommitRecovery.class);

    private CommitRecovery() {}

    /**
     * What a start found.
     *
     * @param inDoubt promises whose outcome must be asked for, with what their staged files take on disk
     * @param lost    versions that are committed and not on this server, the newest of each chunk
     */
    public record Report(List<InDoubt> inDoubt, List<Lost> lost) {}

    /** A committed version that is not here. */
    public record Lost(ChunkId chunk, ChunkVersion version) {}

    /** A promise without outcome; {@code stagedBytes} is 0 when its file is gone. */
    public record InDoubt(Prepared prepared, long stagedBytes) {}

    /**
     * The staged versions that a start must find whole, and their chunks: forced before they were promised, and in doubt, or committed and
     * not published. One that is damaged is no leftover of a crash.
     */
    public static Map<StageKey, ChunkId> durablePromises(ChunkStore store, TransactionLog log) {
        Map<StageKey, ChunkId> promises = new HashMap<>();
        for (Prepared prepared : new RecoveryPlan(log.table(), store::committedVersion).standing()) {
            if (prepared.durability() == Durability.SYNC) {
                promises.put(new StageKey(prepared.transaction(), prepared.attempt()), prepared.chunk());
            }
        }
        for (Outcome outcome : log.table().outcomes()) {
            if (outcome.durability() == Durability.SYNC
                    && RecoveryPlan.isBehind(outcome, published(store, outcome.chunk()))) {
                promises.put(new StageKey(outcome.transaction(), outcome.attempt()), outcome.chunk());
            }
        }
        return promises;
    }

    /**
     * Publishes, removes and reports.
     *
     * @throws IOException when the disk fails; the next start begins anew
     */
    public static Report run(ChunkStore store, TransactionLog log) throws IOException {
        RecoveryPlan plan = new RecoveryPlan(log.table(), store::committedVersion);
        plan.over().forEach(prepared -> log.append(new Aborted(prepared.transaction(), prepared.attempt())));
        List<StagedVersion> staged = store.staged().stream()
                .sorted(Comparator.comparing(
                        (StagedVersion version) -> version.info().version()))
                .toList();
        Map<StageKey, Long> stagedBytes = new HashMap<>();
        for (StagedVersion version : staged) {
            ChunkInfo info = version.info();
            switch (plan.of(version.key())) {
                case KEEP -> stagedBytes.put(version.key(), info.storedBytes());
                case PUBLISH -> publish(store, version);
                case DISCARD -> {
                    store.discard(info.id(), version.key());
                    LOG.info("removed the staged file of {}, which was never promised", version.key());
                }
            }
        }
        // The log would have it done before it forgets anything, but then whoever commits would wait for all folders.
        store.forcePublished();
        List<InDoubt> inDoubt = plan.standing().stream()
                .map(prepared -> new InDoubt(
                        prepared,
                        stagedBytes.getOrDefault(new StageKey(prepared.transaction(), prepared.attempt()), 0L)))
                .toList();
        List<Lost> lost = lost(store, log, plan);
        for (Lost version : lost) {
            store.lost(version.chunk(), version.version());
        }
        return new Report(inDoubt, lost);
    }

    /**
     * Makes a committed version visible again. One that was published and replaced before the crash can have its staged name
     * back, when the crash undid the removal of that name and not the later renames: it is over, also when the one that replaced it
     * is missing.
     */
    private static void publish(ChunkStore store, StagedVersion version) throws IOException {
        ChunkInfo info = version.info();
        ChunkVersion last = store.committedVersion(info.id());
        if (last.isNewerThan(info.version())) {
            store.discard(info.id(), version.key());
            LOG.info("removed the staged file of {}, which version {} has replaced", version.key(), last);
        } else {
            store.publish(info.id(), version.key());
            LOG.info("published chunk {} again, as committed by {}", info.id(), version.key());
        }
    }

    /** A chunk is lost when the newest version that the log remembers is newer than the published one. */
    private static List<Lost> lost(ChunkStore store, TransactionLog log, RecoveryPlan plan) {
        Map<ChunkId, Outcome> newest = new HashMap<>();
        for (Outcome outcome : log.table().outcomes()) {
            // Nearly always all of 100,000 are there: only those that are not are worth a map.
            if (RecoveryPlan.isBehind(outcome, published(store, outcome.chunk()))) {
                newest.merge(outcome.chunk(), outcome, (a, b) -> a.version().isNewerThan(b.version()) ? a : b);
            }
        }
        List<Lost> lost = new ArrayList<>();
        newest.forEach((chunk, outcome) -> {
            if (plan.isLost(outcome, published(store, chunk))) {
                LOG.error(
                        "version {} of chunk {} is committed by {} but not on this server",
                        outcome.version(),
                        chunk,
                        outcome.transaction());
                lost.add(new Lost(chunk, outcome.version()));
            }
        });
        return lost;
    }

    private static Optional<ChunkVersion> published(ChunkStore store, ChunkId chunk) {
        return store.stat(chunk).map(ChunkInfo::version);
    }
}
