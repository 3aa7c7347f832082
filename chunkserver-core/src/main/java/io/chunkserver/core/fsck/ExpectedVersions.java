package io.chunkserver.core.fsck;

import io.chunkserver.core.commit.RecoveryPlan;
import io.chunkserver.core.commit.log.LogContent;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StoreFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the log says that each folder must hold: the newest committed version of each chunk it remembers, and staged promises. */
final class ExpectedVersions {

    private final @Nullable RecoveryPlan plan;
    private final Map<Path, Map<ChunkId, Outcome>> outcomes = new HashMap<>();
    private final Map<Path, List<Prepared>> promises = new HashMap<>();

    /** Of a log that is damaged, or is not there, nothing is expected. */
    ExpectedVersions(@Nullable LogContent log, StoreFiles files) {
        if (log == null || log.damage() != null || log.segments() == 0) {
            plan = null;
            return;
        }
        plan = new RecoveryPlan(log.table(), files::version);
        for (Outcome outcome : log.table().outcomes()) {
            outcomes.computeIfAbsent(files.folderOf(outcome.chunk()), folder -> new HashMap<>())
                    .merge(outcome.chunk(), outcome, (a, b) -> a.version().isNewerThan(b.version()) ? a : b);
        }
        for (Prepared prepared : plan.standing()) {
            promises.computeIfAbsent(files.folderOf(prepared.chunk()), folder -> new ArrayList<>())
                    .add(prepared);
        }
    }

    /** The folders in which something is expected. */
    Collection<Path> folders() {
        List<Path> folders = new ArrayList<>(outcomes.keySet());
        folders.addAll(promises.keySet());
        return folders;
    }

    Collection<Outcome> outcomes(Path folder) {
        return outcomes.getOrDefault(folder, Map.of()).values();
    }

    /** Whether a start would call the chunk lost, of which this is the newest outcome and that the published version. */
    boolean isLost(Outcome newest, Optional<ChunkVersion> published) {
        return plan != null && plan.isLost(newest, published);
    }

    /** Whether the chunk was removed from this server on purpose; unknown, and so no, without a log. */
    boolean isGivenUp(ChunkInfo known) {
        return plan != null && plan.isGivenUp(known.id(), known.version());
    }

    List<Prepared> promises(Path folder) {
        return promises.getOrDefault(folder, List.of());
    }

    /** What a start would do with a staged file. */
    FindingKind fate(StageKey staged) {
        if (plan == null) {
            return FindingKind.STAGED_UNDECIDED;
        }
        return switch (plan.of(staged)) {
            case PUBLISH -> FindingKind.STAGED_COMMITTED;
            case KEEP -> FindingKind.STAGED_IN_DOUBT;
            case DISCARD -> FindingKind.STAGED_LEFTOVER;
        };
    }
}
