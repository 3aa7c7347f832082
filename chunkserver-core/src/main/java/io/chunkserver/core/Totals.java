package io.chunkserver.core;

import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.core.space.SpaceLevel;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.store.StoreSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What several volumes are together. Pure, but that it asks them how they are. */
final class Totals {

    private Totals() {}

    /** Takes chunks as long as one volume does. */
    static Condition condition(List<Volume> volumes) {
        if (volumes.size() == 1) {
            return volumes.get(0).condition();
        }
        List<Condition> conditions = volumes.stream().map(Volume::condition).toList();
        ServerState state = conditions.stream().anyMatch(Condition::takesChunks)
                ? ServerState.READY
                : volumes.stream().anyMatch(Volume::isDrained) ? ServerState.DRAINING : ServerState.READ_ONLY;
        return new Condition(state, reason(volumes, conditions));
    }

    /** A reason that all have is the server's; of others it is said whose they are. */
    private static String reason(List<Volume> volumes, List<Condition> conditions) {
        List<String> reasons =
                conditions.stream().map(Condition::reason).distinct().toList();
        if (reasons.size() == 1) {
            return reasons.get(0);
        }
        return IntStream.range(0, volumes.size())
                .filter(i -> !conditions.get(i).reason().isEmpty())
                .mapToObj(i -> volumes.get(i) + ": " + conditions.get(i).reason())
                .collect(Collectors.joining("; "));
    }

    /** The sums, within the limit that they share; but nothing is available where no chunk can stay, and what file systems have counts once. */
    static SpaceSnapshot space(List<Volume> volumes) {
        if (volumes.size() == 1) {
            return volumes.get(0).space();
        }
        long limit = volumes.get(0).space().limitBytes();
        long used = sum(volumes, volume -> volume.space().usedBytes());
        long reserved = sum(volumes, volume -> volume.space().reservedBytes());
        long available =
                once(volumes, volume -> volume.keepsChunks() ? volume.space().availableBytes() : 0);
        return new SpaceSnapshot(
                limit,
                used,
                reserved,
                once(volumes, volume -> volume.space().freeBytes()),
                Math.max(0, Math.min(limit - used - reserved, available)));
    }

    /** The sum over file systems, of each what the volume has that has most of it. */
    private static long once(List<Volume> volumes, ToLongFunction<Volume> bytes) {
        return volumes.stream()
                .collect(Collectors.toMap(volume -> volume.directory().fileSystem(), bytes::applyAsLong, Math::max))
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** A server is as full as the emptiest of its volumes. */
    static SpaceLevel level(List<Volume> volumes) {
        return volumes.stream()
                .map(volume -> volume.sight().level())
                .min(SpaceLevel::compareTo)
                .orElseThrow();
    }

    static StoreSnapshot store(List<Volume> volumes) {
        List<StoreSnapshot> stores =
                volumes.stream().map(volume -> volume.store().snapshot()).toList();
        return new StoreSnapshot(
                stores.stream().mapToLong(StoreSnapshot::chunks).sum(),
                stores.stream().mapToLong(StoreSnapshot::tombstones).sum(),
                stores.stream().mapToLong(StoreSnapshot::publishedBytes).sum());
    }

    /** Volumes are examined side by side, each at the configured speed: the last one to end ends the whole. */
    static ScrubStatus scrub(List<Volume> volumes) {
        List<ScrubStatus> scrubs =
                volumes.stream().map(volume -> volume.integrity().scrub()).toList();
        if (scrubs.size() == 1) {
            return scrubs.get(0);
        }
        return new ScrubStatus(
                scrubs.stream().anyMatch(ScrubStatus::running),
                scrubs.stream().mapToLong(ScrubStatus::chunks).sum(),
                scrubs.stream().mapToLong(ScrubStatus::totalChunks).sum(),
                scrubs.stream().mapToLong(ScrubStatus::bytes).sum(),
                scrubs.stream().mapToLong(ScrubStatus::totalBytes).sum(),
                scrubs.stream().mapToLong(ScrubStatus::damaged).sum(),
                scrubs.stream().mapToLong(ScrubStatus::unreadable).sum(),
                scrubs.stream().mapToLong(ScrubStatus::strays).sum(),
                scrubs.stream().flatMap(scrub -> scrub.started().stream()).min(Instant::compareTo),
                scrubs.stream().allMatch(scrub -> scrub.ended().isPresent())
                        ? scrubs.stream()
                                .flatMap(scrub -> scrub.ended().stream())
                                .max(Instant::compareTo)
                        : Optional.empty(),
                scrubs.stream().flatMap(scrub -> scrub.left().stream()).max(Duration::compareTo));
    }

    static long sum(List<Volume> volumes, ToLongFunction<Volume> count) {
        return volumes.stream().mapToLong(count).sum();
    }
}
