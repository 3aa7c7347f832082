package io.chunkserver.core;

import io.chunkserver.core.commit.Admission;
import io.chunkserver.core.disk.EmergencyReserve;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.space.SpaceAccountant;
import io.chunkserver.core.space.SpaceWatch;
import io.chunkserver.core.store.FileChunkStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * What a server does about its space beside promising it: watches thresholds, compares the books with the disk, removes old tombstones,
 * and keeps the emergency reserve whole.
 */
final class SpaceUpkeep {

    static final Duration INTERVAL = Duration.ofSeconds(10);

    /** Thresholds are looked at in each step, the books in every third, what changes slowly in every sixth. */
    private static final int AUDIT_STEPS = 3;

    private static final int SLOW_STEPS = 6;

    private final SpaceWatch watch;
    private final SpaceAudit audit;
    private final Optional<TombstoneUpkeep> tombstones;
    private final EmergencyReserve reserve;
    private long steps;

    private SpaceUpkeep(
            SpaceWatch watch, SpaceAudit audit, Optional<TombstoneUpkeep> tombstones, EmergencyReserve reserve) {
        this.watch = watch;
        this.audit = audit;
        this.tombstones = tombstones;
        this.reserve = reserve;
    }

    /**
     * The upkeep of a server that has begun to open.
     *
     * @param tombstones none where a master decides how long they are needed
     */
    static SpaceUpkeep of(
            FileChunkStore store,
            SpaceAccountant space,
            SpaceWatch watch,
            Optional<TombstoneUpkeep> tombstones,
            EmergencyReserve reserve) {
        return new SpaceUpkeep(watch, new SpaceAudit(store, space), tombstones, reserve);
    }

    SpaceWatch watch() {
        return watch;
    }

    /** By how many bytes the books and the disk differ. */
    long driftBytes() {
        return audit.driftBytes();
    }

    /** What a server without room does not take. */
    Optional<Failure> refusal(Admission.Kind kind, long lengthBytes) {
        return kind == Admission.Kind.DELETE
                ? Optional.empty()
                : watch.refusal(lengthBytes, kind == Admission.Kind.COPY);
    }

    /** Does a bounded piece of all that is due. */
    void runOnce() throws IOException {
        watch.runOnce();
        if (steps % AUDIT_STEPS == 0) {
            audit.runOnce();
        }
        if (steps % SLOW_STEPS == 0) {
            reserve.runOnce();
            if (tombstones.isPresent()) {
                tombstones.get().runOnce();
            }
        }
        steps++;
    }
}
