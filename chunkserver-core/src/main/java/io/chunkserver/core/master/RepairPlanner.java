package io.chunkserver.core.master;

import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds what chunks lack or have too much of, and turns it into orders. Guarded by the master's lock.
 *
 * <p>A deletion is a version like any other and gets as many copies, though last of all: it keeps older copies of the chunk, which servers
 * that come back may have, from being taken for the chunk only as long as somebody has it. Unlike a chunk it is also told to each server that
 * has an older version, and is never removed as too much.
 *
 * <p>{@link #assess} is short and is called at each change; {@link #plan} chooses servers and is called in bounded numbers. What was
 * true when an order was planned need not be true when it is given, so {@link #isStillRight} is asked again then.
 */
final class RepairPlanner {

    /** Ticks for which a new version is left alone: its members report one after the other, and none of them lacks anything. */
    static final int SETTLING = 2;

    private final MasterConfig config;
    private final Members members;
    private final OrderBook book;
    private final CandidateChoice choice;
    private final Placements placements;
    private final ChunkCounts counts = new ChunkCounts();
    private final RepairQueue queue = new RepairQueue();

    /** The most urgent queue that the next look is for. */
    private int from;

    RepairPlanner(MasterConfig config, Members members, OrderBook book, CandidateChoice choice, Placements placements) {
        this.config = config;
        this.members = members;
        this.book = book;
        this.choice = choice;
        this.placements = placements;
    }

    ChunkCounts counts() {
        return counts;
    }

    /** Takes what a server has of a chunk now; null for nothing. */
    void reported(Chunk chunk, ClusterMember member, @Nullable ChunkInfo here, int now) {
        ChunkInfo before = chunk.newest();
        if (here == null) {
            chunk.remove(member);
        } else {
            chunk.put(member, here);
        }
        if (!Objects.equals(chunk.newest(), before)) {
            chunk.changedAt = now;
            chunk.copied = false;
            queue.move(chunk, RepairQueue.NONE);
        }
        book.confirm(chunk, member, here, now);
        assess(chunk, now);
    }

    /** Counts a chunk anew, and queues it if it needs attention. */
    void assess(Chunk chunk, int now) {
        ChunkInfo newest = chunk.newest();
        if (newest == null || chunk.conflicting()) {
            counts.count(chunk, newest == null ? 0 : ChunkCounts.EXISTS | ChunkCounts.CONFLICTING);
            book.withdraw(chunk);
            queue.move(chunk, RepairQueue.NONE);
            return;
        }
        int alive = 0;
        int good = 0;
        int behind = 0;
        boolean stale = false;
        for (int entry = 0; entry < chunk.entries(); entry++) {
            ClusterMember holder = chunk.holder(entry);
            if (!chunk.counts(entry) || holder.isDead()) {
                continue;
            }
            if (chunk.version(entry).version().equals(newest.version())) {
                alive++;
                good += holder.isReliable(config) ? 1 : 0;
            } else {
                stale = true;
                behind += holder.isLive() && chunk.orderOf(holder) == null ? 1 : 0;
            }
        }
        int needed = alive == 0 ? RepairQueue.NONE : queueFor(chunk, newest, good, behind);
        boolean fresh = needed != RepairQueue.NONE && now - chunk.changedAt < SETTLING;
        count(chunk, newest, alive, fresh ? config.replication() : good, stale && !fresh);
        queue.move(chunk, fresh ? RepairQueue.FRESH : needed);
    }

    /**
     * Counts a chunk, with so many good copies; one that is fresh counts as whole, since nobody knows better yet. One of which no more
     * copies can be made, because there are too few servers, is in want of them all the same.
     */
    private void count(Chunk chunk, ChunkInfo newest, int alive, int good, boolean stale) {
        int copies = newest.tombstone()
                ? 0
                : ChunkCounts.EXISTS
                        | (good < config.replication() ? ChunkCounts.UNDER_REPLICATED : 0)
                        | (alive == 0 ? ChunkCounts.WITHOUT_COPY : 0);
        counts.count(chunk, copies | (stale ? ChunkCounts.STALE : 0));
    }

    private int queueFor(Chunk chunk, ChunkInfo newest, int good, int behind) {
        boolean lacksCopies = good + copiesUnderWay(chunk, newest) < members.goal();
        if (newest.tombstone()) {
            return behind > 0 ? RepairQueue.TOMBSTONES : lacksCopies ? RepairQueue.RARE_TOMBSTONES : RepairQueue.NONE;
        }
        if (good < members.goal()) {
            return lacksCopies ? Math.min(good, RepairQueue.TOMBSTONES - 1) : RepairQueue.NONE;
        }
        return behind > 0 || hasSurplus(chunk) ? RepairQueue.TIDYING : RepairQueue.NONE;
    }

    private static int copiesUnderWay(Chunk chunk, ChunkInfo newest) {
        int copies = 0;
        for (GivenOrder order : chunk.orders) {
            if (order.isCopy()
                    && order.order().version().equals(newest.version())
                    && !chunk.hasAtLeast(order.target(), newest.version())) {
                copies++;
            }
        }
        return copies;
    }

    private boolean hasSurplus(Chunk chunk) {
        return chunk.copied
                && chunk.orders.isEmpty()
                && chunk.good(ClusterMember::takesChunks).size() > config.replication()
                && fullest(chunk) != null;
    }

    /** Queues chunks that were fresh by their urgency; true when there may be more than so many. */
    boolean ripen(int most, int now) {
        for (int looked = 0; looked < most; looked++) {
            Chunk ripe = queue.pollRipe(now - SETTLING);
            if (ripe == null) {
                return false;
            }
            assess(ripe, now);
        }
        return true;
    }

    /**
     * Makes orders for the most urgent chunk; after one for which none could be made, as for lack of room, for one that is less urgent,
     * so that nothing is held up by what cannot be helped.
     *
     * @param settled whether all servers have reported by now; else only deletions are told to those that missed them
     * @return how many orders were made; -1 when no chunk needs attention
     */
    int planNext(boolean settled, int now) {
        IntPredicate wanted = urgency -> settled || urgency == RepairQueue.TOMBSTONES;
        int next = queue.first(from, wanted);
        int urgency = next == RepairQueue.NONE ? queue.first(0, wanted) : next;
        if (urgency == RepairQueue.NONE) {
            return -1;
        }
        Chunk chunk = queue.take(urgency);
        int made = plan(chunk, settled);
        assess(chunk, now);
        from = made > 0 ? 0 : urgency + 1;
        return made;
    }

    private int plan(Chunk chunk, boolean settled) {
        ChunkInfo newest = chunk.newest();
        if (newest == null || chunk.conflicting()) {
            return 0;
        }
        List<ClusterMember> good = chunk.good(member -> member.isReliable(config));
        if (newest.tombstone()) {
            List<ClusterMember> behind = idle(chunk, chunk.stale(ClusterMember::isLive));
            if (!settled || !behind.isEmpty()) {
                return copyTo(chunk, newest, behind);
            }
        }
        int missing = members.goal() - good.size() - copiesUnderWay(chunk, newest);
        if (missing > 0) {
            return copyTo(chunk, newest, targets(chunk, newest, missing));
        }
        return newest.tombstone() || good.size() < members.goal() ? 0 : tidy(chunk);
    }

    private List<ClusterMember> targets(Chunk chunk, ChunkInfo newest, int missing) {
        List<ClusterMember> pool = members.all().stream()
                .filter(member -> member.takesChunks()
                        && book.hasRoomFor(member)
                        && chunk.orderOf(member) == null
                        && !chunk.hasAtLeast(member, newest.version())
                        && member.availableBytes() >= newest.storedBytes()
                        && member.registration().chunkSizeLimitBytes() >= newest.lengthBytes())
                .toList();
        if (pool.isEmpty()) {
            return pool;
        }
        List<ClusterMember> taken = new ArrayList<>(chunk.good(ClusterMember::isAlive));
        List<ClusterMember> chosen = new ArrayList<>(choice.choose(
                missing,
                taken,
                pool.stream().filter(member -> chunk.at(member) != null).toList(),
                null));
        taken.addAll(chosen);
        chosen.addAll(choice.choose(
                missing - chosen.size(),
                taken,
                pool.stream().filter(member -> chunk.at(member) == null).toList(),
                null));
        return chosen;
    }

    private List<ClusterMember> idle(Chunk chunk, List<ClusterMember> targets) {
        return targets.stream()
                .filter(target -> book.hasRoomFor(target) && chunk.orderOf(target) == null)
                .toList();
    }

    private int copyTo(Chunk chunk, ChunkInfo newest, List<ClusterMember> targets) {
        int made = 0;
        for (ClusterMember target : targets) {
            List<ClusterMember> sources = chunk.good(ClusterMember::isAlive).stream()
                    .filter(book::mayBeSource)
                    .sorted(Comparator.comparing(ClusterMember::liveness).thenComparingInt(source -> source.sourceOf))
                    .limit(Order.MAX_SERVERS)
                    .toList();
            if (!sources.isEmpty()) {
                Order order = new Order.Copy(
                        chunk.id(), newest.version(), newest.transaction(), newest.tombstone(), named(sources));
                book.add(new GivenOrder(chunk, target, order, sources, newest.storedBytes()));
                chunk.copied = true;
                made++;
            }
        }
        return made;
    }

    /** Removes versions that are behind, one order for each, or else one good copy that is too much. */
    private int tidy(Chunk chunk) {
        List<ClusterMember> keepers = chunk.good(this::mayKeep);
        List<ClusterMember> behind = idle(chunk, chunk.stale(ClusterMember::isLive));
        if (!behind.isEmpty()) {
            return (int) behind.stream()
                    .filter(target -> remove(chunk, target, keepers))
                    .count();
        }
        ClusterMember fullest = hasSurplus(chunk) ? fullest(chunk) : null;
        if (fullest == null || !book.hasRoomFor(fullest)) {
            return 0;
        }
        List<ClusterMember> others =
                keepers.stream().filter(member -> member != fullest).toList();
        return remove(chunk, fullest, others) ? 1 : 0;
    }

    /**
     * The copy that is too much. Not one where a store is to go that may be under way: were all that it was told of gone when it comes, it
     * would begin the versions anew, be acknowledged, and be taken for older than what is elsewhere.
     */
    private @Nullable ClusterMember fullest(Chunk chunk) {
        return chunk.good(ClusterMember::takesChunks).stream()
                .filter(member -> !placements.names(chunk.id(), member))
                .min(Comparator.comparingLong(ClusterMember::availableBytes))
                .orElse(null);
    }

    /** Orders a removal if enough good copies are kept elsewhere; false when there are too few by now. */
    private boolean remove(Chunk chunk, ClusterMember target, List<ClusterMember> keepers) {
        ChunkInfo here = chunk.at(target);
        if (here == null || keepers.size() < members.goal()) {
            return false;
        }
        List<ClusterMember> asked = keepers.subList(0, Math.min(keepers.size(), Order.MAX_SERVERS));
        Order order = new Order.Remove(chunk.id(), here.version(), here.transaction(), named(asked));
        book.add(new GivenOrder(chunk, target, order, asked, 0));
        return true;
    }

    /** A keeper is asked before a copy goes; one that may not have its own any more would be asked in vain. */
    private boolean mayKeep(ClusterMember member) {
        return member.isLive() && member.isHeard() && member.isReliable(config);
    }

    private static List<Member> named(List<ClusterMember> servers) {
        return servers.stream().map(ClusterMember::member).toList();
    }

    /**
     * Whether an order that was made before is one that would be made now, also by whom it names: a server that was told to ask one
     * that has lost the chunk meanwhile would do so in vain.
     */
    boolean isStillRight(GivenOrder order) {
        Chunk chunk = order.chunk();
        ChunkInfo newest = chunk.newest();
        if (newest == null || chunk.conflicting()) {
            return false;
        }
        return order.isCopy() ? isCopyNeeded(order, chunk, newest) : isRemovalSafe(order, chunk, newest);
    }

    private boolean isCopyNeeded(GivenOrder order, Chunk chunk, ChunkInfo newest) {
        List<ClusterMember> alive = chunk.good(ClusterMember::isAlive);
        boolean wanted = (newest.tombstone() && chunk.at(order.target()) != null)
                || alive.stream().filter(member -> member.isReliable(config)).count() < members.goal();
        return wanted
                && order.order().version().equals(newest.version())
                && !alive.contains(order.target())
                && alive.containsAll(order.named());
    }

    private boolean isRemovalSafe(GivenOrder order, Chunk chunk, ChunkInfo newest) {
        ChunkInfo here = chunk.at(order.target());
        if (here == null || !here.transaction().equals(order.order().transaction())) {
            return false;
        }
        boolean surplus = here.version().equals(newest.version());
        if (surplus && placements.names(chunk.id(), order.target())) {
            return false;
        }
        List<ClusterMember> keepers = chunk.good(member -> member != order.target() && mayKeep(member));
        return keepers.size() >= (surplus ? config.replication() : members.goal())
                && order.named().size() >= members.goal()
                && keepers.containsAll(order.named());
    }
}
