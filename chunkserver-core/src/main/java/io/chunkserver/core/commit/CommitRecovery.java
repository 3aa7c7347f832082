package io.chunkserver.core.commit;

import io.chunkserver.core.commit.log.LogRecord.Aborted;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.commit.log.TransactionLog;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.TransactionId;
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
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the store in line with the log when a server starts. The log is the truth, the rename is redo:
 *
 * <ul>
 *   <li>staged and committed: published now, in the order of versions;
 *   <li>staged and promised, outcome unknown: kept, to be asked for;
 *   <li>staged and neither: removed, for nobody was promised anything (presumed abort);
 *   <li>committed and neither staged nor published: lost on this server, and reported as such, never taken for fine.
 * </ul>
 *
 * <p>Running it twice is the same as once, also when the first run was cut off anywhere.
 */
public final class CommitRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(CommitRecovery.class);

    private CommitRecovery() {}

    /**
     * What a start found.
     *
     * @param inDoubt promises whose outcome must be asked for, with what their staged files take on disk
     * @param lost    chunks whose committed version is not on this server
     */
    public record Report(List<InDoubt> inDoubt, List<ChunkId> lost) {}

    /** A promise without outcome; {@code stagedBytes} is 0 when its file is gone. */
    public record InDoubt(Prepared prepared, long stagedBytes) {}

    /**
     * Publishes, removes and reports.
     *
     * @throws IOException when the disk fails; the next start begins anew
     */
    public static Report run(ChunkStore store, TransactionLog log) throws IOException {
        Map<StageKey, Prepared> promised = promised(log);
        List<StagedVersion> staged = store.staged().stream()
                .sorted(Comparator.comparing(
                        (StagedVersion version) -> version.info().version()))
                .toList();
        Map<StageKey, Long> stagedBytes = new HashMap<>();
        for (StagedVersion version : staged) {
            if (promised.containsKey(version.key())) {
                stagedBytes.put(version.key(), version.info().storedBytes());
            } else if (committed(log, version.key())) {
                store.publish(version.info().id(), version.key());
                LOG.info(
                        "published chunk {} again, as committed by {}",
                        version.info().id(),
                        version.key());
            } else {
                store.discard(version.info().id(), version.key());
                LOG.info("removed the staged file of {}, which was never promised", version.key());
            }
        }
        store.forcePublished();
        List<InDoubt> inDoubt = promised.entrySet().stream()
                .map(entry -> new InDoubt(entry.getValue(), stagedBytes.getOrDefault(entry.getKey(), 0L)))
                .toList();
        return new Report(inDoubt, lost(store, log));
    }

    /** The newest promise of each transaction; an older one was aborted before the newer one could be asked for. */
    private static Map<StageKey, Prepared> promised(TransactionLog log) {
        Map<TransactionId, Prepared> newest = log.table().inDoubt().stream()
                .collect(Collectors.toMap(
                        Prepared::transaction,
                        Function.identity(),
                        (a, b) -> a.attempt().isNewerThan(b.attempt()) ? a : b));
        for (Prepared prepared : log.table().inDoubt()) {
            if (!prepared.equals(newest.get(prepared.transaction()))) {
                log.append(new Aborted(prepared.transaction(), prepared.attempt()));
            }
        }
        return newest.values().stream()
                .collect(Collectors.toMap(
                        prepared -> new StageKey(prepared.transaction(), prepared.attempt()), Function.identity()));
    }

    private static boolean committed(TransactionLog log, StageKey key) {
        Optional<Outcome> outcome = log.table().outcome(key.transaction());
        return outcome.isPresent() && outcome.get().attempt().equals(key.attempt());
    }

    /** A chunk is lost when the newest version that the log remembers is newer than the published one. */
    private static List<ChunkId> lost(ChunkStore store, TransactionLog log) {
        Map<ChunkId, Outcome> newest = new HashMap<>();
        for (Outcome outcome : log.table().outcomes()) {
            newest.merge(outcome.chunk(), outcome, (a, b) -> a.version().isNewerThan(b.version()) ? a : b);
        }
        List<ChunkId> lost = new ArrayList<>();
        newest.forEach((chunk, outcome) -> {
            Optional<ChunkInfo> published = store.stat(chunk);
            // A tombstone is removed after its time, while its outcome may still be remembered.
            boolean behind = published.isEmpty()
                    ? !outcome.tombstone()
                    : outcome.version().isNewerThan(published.get().version());
            if (behind) {
                LOG.error(
                        "version {} of chunk {} is committed by {} but not on this server",
                        outcome.version(),
                        chunk,
                        outcome.transaction());
                lost.add(chunk);
            }
        });
        return lost;
    }
}
