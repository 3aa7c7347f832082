package io.chunkserver.core.master;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A chunk and who has reported which version of it. A server's report counts until the server's {@link ClusterMember#forgetCopies} or
 * a later full report that does not name the chunk; reports of dead servers count as well, so that nobody takes an older version for
 * the newest one. Guarded by the master's lock.
 *
 * <p>There may be millions of these, so servers that have the same version share its record, and small arrays stand for maps.
 */
final class Chunk {

    private static final ClusterMember[] NOBODY = {};
    private static final ChunkInfo[] NOTHING = {};
    private static final int[] NEVER = {};

    /** The queue of {@link RepairQueue} in which the chunk is; none at first. */
    int queue = RepairQueue.NONE;

    /** What of this chunk is counted in {@link ChunkCounts}. */
    byte counted;

    /** Whether this master has ordered a copy of the newest version: only then may it find that there are too many. */
    boolean copied;

    /** The tick in which the newest version was first reported. */
    int changedAt;

    /** The orders about this chunk that wait or are given; replaced, never changed. */
    List<GivenOrder> orders = List.of();

    private final ChunkId id;
    private ClusterMember[] holders = NOBODY;
    private ChunkInfo[] versions = NOTHING;

    /** In which report of the holder the version was named. */
    private int[] reports = NEVER;

    Chunk(ChunkId id) {
        this.id = id;
    }

    ChunkId id() {
        return id;
    }

    /** How many entries there are, those that count no longer among them. */
    int entries() {
        return holders.length;
    }

    /** Whether an entry counts. */
    boolean counts(int entry) {
        return reports[entry] >= holders[entry].validFrom();
    }

    ClusterMember holder(int entry) {
        return holders[entry];
    }

    ChunkInfo version(int entry) {
        return versions[entry];
    }

    /** Takes what a server has reported. */
    void put(ClusterMember holder, ChunkInfo reported) {
        ChunkInfo shared = shared(reported);
        int entry = indexOf(holder);
        if (entry < 0) {
            entry = holders.length;
            holders = Arrays.copyOf(holders, entry + 1);
            versions = Arrays.copyOf(versions, entry + 1);
            reports = Arrays.copyOf(reports, entry + 1);
            holders[entry] = holder;
        } else if (counts(entry)) {
            holder.gone(versions[entry], reports[entry] == holder.report());
        }
        holder.added(shared);
        versions[entry] = shared;
        reports[entry] = holder.report();
    }

    private ChunkInfo shared(ChunkInfo reported) {
        for (ChunkInfo known : versions) {
            if (known.equals(reported)) {
                return known;
            }
        }
        return new ChunkInfo(
                id,
                reported.version(),
                reported.transaction(),
                reported.epoch(),
                reported.lengthBytes(),
                reported.crc32c(),
                reported.storedBytes(),
                reported.tombstone());
    }

    /** Takes that a server has nothing of this chunk any more. */
    void remove(ClusterMember holder) {
        int entry = indexOf(holder);
        if (entry >= 0) {
            if (counts(entry)) {
                holder.gone(versions[entry], reports[entry] == holder.report());
            }
            drop(entry);
        }
    }

    /** Drops the entries that count no longer. */
    void prune() {
        for (int entry = holders.length - 1; entry >= 0; entry--) {
            if (!counts(entry)) {
                drop(entry);
            }
        }
    }

    private void drop(int entry) {
        int last = holders.length - 1;
        holders[entry] = holders[last];
        versions[entry] = versions[last];
        reports[entry] = reports[last];
        holders = Arrays.copyOf(holders, last);
        versions = Arrays.copyOf(versions, last);
        reports = Arrays.copyOf(reports, last);
    }

    private int indexOf(ClusterMember holder) {
        for (int entry = 0; entry < holders.length; entry++) {
            if (holders[entry] == holder) {
                return entry;
            }
        }
        return -1;
    }

    /** The newest version that anybody has reported; null when nobody has the chunk. */
    @Nullable
    ChunkInfo newest() {
        ChunkInfo newest = null;
        for (int entry = 0; entry < holders.length; entry++) {
            if (counts(entry) && (newest == null || versions[entry].version().isNewerThan(newest.version()))) {
                newest = versions[entry];
            }
        }
        return newest;
    }

    /** Whether the newest version was reported under two transactions. */
    boolean conflicting() {
        ChunkInfo newest = newest();
        for (int entry = 0; entry < holders.length && newest != null; entry++) {
            if (counts(entry)
                    && versions[entry].version().equals(newest.version())
                    && !versions[entry].transaction().equals(newest.transaction())) {
                return true;
            }
        }
        return false;
    }

    /** What this server has; null for nothing. */
    @Nullable
    ChunkInfo at(ClusterMember member) {
        int entry = indexOf(member);
        return entry >= 0 && counts(entry) ? versions[entry] : null;
    }

    /** Whether this server has the version or a newer one. */
    boolean hasAtLeast(ClusterMember member, ChunkVersion version) {
        ChunkInfo here = at(member);
        return here != null && here.version().compareTo(version) >= 0;
    }

    /** The servers that have the newest version and are so. */
    List<ClusterMember> good(Predicate<ClusterMember> wanted) {
        return select(true, wanted);
    }

    /** The servers that have an older version and are so. */
    List<ClusterMember> stale(Predicate<ClusterMember> wanted) {
        return select(false, wanted);
    }

    private List<ClusterMember> select(boolean newest, Predicate<ClusterMember> wanted) {
        ChunkInfo best = newest();
        List<ClusterMember> selected = new ArrayList<>(holders.length);
        for (int entry = 0; entry < holders.length && best != null; entry++) {
            if (counts(entry)
                    && versions[entry].version().equals(best.version()) == newest
                    && wanted.test(holders[entry])) {
                selected.add(holders[entry]);
            }
        }
        return selected;
    }

    /** The order that this server has about the chunk; null for none. */
    @Nullable
    GivenOrder orderOf(ClusterMember target) {
        for (GivenOrder order : orders) {
            if (order.target() == target) {
                return order;
            }
        }
        return null;
    }
}
