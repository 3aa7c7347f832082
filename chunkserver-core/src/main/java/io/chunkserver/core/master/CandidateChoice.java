package io.chunkserver.core.master;

import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses servers that shall get a chunk: the first near whoever asks, the others where there is room, not too far from the first, and
 * at other locations as long as there are any.
 *
 * <p>The better of two random candidates is taken, not the best of all: decisions made between two heartbeats rest on the same old
 * figures, and the best would get all of them (Mitzenmacher, the power of two choices, TPDS 2001).
 */
final class CandidateChoice {

    private final DistanceMetric metric;
    private final RandomGenerator random;

    CandidateChoice(DistanceMetric metric, RandomGenerator random) {
        this.metric = metric;
        this.random = random;
    }

    /**
     * Chooses up to {@code count} servers, the nearest to the first member first.
     *
     * @param taken the servers that the chunk has or gets anyway, the first member first; empty when the first is to be chosen too
     * @param pool  those to choose from, none of them taken
     * @param near  where the first is to be; null for anywhere
     */
    List<ClusterMember> choose(
            int count, List<ClusterMember> taken, List<ClusterMember> pool, @Nullable Location near) {
        List<ClusterMember> members = new ArrayList<>(taken);
        List<ClusterMember> left = new ArrayList<>(pool);
        List<ClusterMember> chosen = new ArrayList<>();
        while (chosen.size() < count && !left.isEmpty()) {
            ClusterMember next = members.isEmpty() ? first(left, near) : further(left, members);
            left.remove(next);
            members.add(next);
            chosen.add(next);
        }
        if (!chosen.isEmpty()) {
            sort(chosen, members.get(0).location());
        }
        return chosen;
    }

    /** Sorts by distance; null leaves the order as it is. */
    void sort(List<ClusterMember> members, @Nullable Location near) {
        if (near != null) {
            members.sort(Comparator.comparingDouble(member -> metric.between(near, member.location())));
        }
    }

    private ClusterMember first(List<ClusterMember> pool, @Nullable Location near) {
        if (near == null) {
            return betterOfTwo(pool, null);
        }
        double least = pool.stream()
                .mapToDouble(member -> metric.between(near, member.location()))
                .min()
                .orElseThrow();
        return betterOfTwo(
                pool.stream()
                        .filter(member -> metric.between(near, member.location()) <= least)
                        .toList(),
                null);
    }

    private ClusterMember further(List<ClusterMember> pool, List<ClusterMember> members) {
        List<ClusterMember> elsewhere = pool.stream()
                .filter(candidate ->
                        members.stream().noneMatch(member -> member.location().equals(candidate.location())))
                .toList();
        return betterOfTwo(
                elsewhere.isEmpty() ? pool : elsewhere, members.get(0).location());
    }

    private ClusterMember betterOfTwo(List<ClusterMember> pool, @Nullable Location centre) {
        ClusterMember one = pool.get(random.nextInt(pool.size()));
        ClusterMember other = pool.get(random.nextInt(pool.size()));
        if (centre == null) {
            return other.availableBytes() > one.availableBytes() ? other : one;
        }
        // Space over distance; distances have the operator's own unit, so they are compared with their mean.
        double toOne = metric.between(centre, one.location());
        double toOther = metric.between(centre, other.location());
        double unit = Math.max((toOne + toOther) / 2, Double.MIN_NORMAL);
        double valueOfOne = one.availableBytes() / (1 + toOne / unit);
        double valueOfOther = other.availableBytes() / (1 + toOther / unit);
        return valueOfOther > valueOfOne ? other : one;
    }
}
