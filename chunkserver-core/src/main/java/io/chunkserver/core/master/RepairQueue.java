package io.chunkserver.core.master;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that need attention, in queues by urgency; a chunk is in one of them at most, and the queue is as long as there are
 * chunks at the most. Guarded by the master's lock.
 */
final class RepairQueue {

    /** Not queued. */
    static final int NONE = -1;

    /** Chunks that have too few copies are queued by the number of good ones, 0 to 16; this one holds deletions that others missed. */
    static final int TOMBSTONES = 17;

    /** Copies to be removed. */
    static final int TIDYING = 18;

    /** Deletions that too few servers know of, and that nobody has missed: they matter only when more is lost. */
    static final int RARE_TOMBSTONES = 19;

    /** Chunks whose newest version is so fresh that the members' reports may still be on their way; the eldest first. */
    static final int FRESH = 20;

    private final Set<Chunk>[] queues;

    RepairQueue() {
        @SuppressWarnings({"unchecked", "rawtypes"}) // an array of sets can be made in no other way
        Set<Chunk>[] sets = new Set[FRESH + 1];
        IntStream.rangeClosed(0, FRESH).forEach(queue -> sets[queue] = new LinkedHashSet<>());
        queues = sets;
    }

    /** Moves a chunk to the end of a queue, unless it is there already; {@link #NONE} takes it out. */
    void move(Chunk chunk, int queue) {
        if (chunk.queue == queue) {
            return;
        }
        if (chunk.queue != NONE) {
            queues[chunk.queue].remove(chunk);
        }
        chunk.queue = queue;
        if (queue != NONE) {
            queues[queue].add(chunk);
        }
    }

    /**
     * The most urgent queue that is not empty; {@link #NONE} when there is none.
     *
     * @param from   the most urgent that is looked at
     * @param wanted which of them may be taken from
     */
    int first(int from, IntPredicate wanted) {
        return IntStream.range(from, FRESH)
                .filter(queue -> !queues[queue].isEmpty() && wanted.test(queue))
                .findFirst()
                .orElse(NONE);
    }

    /** Takes out the eldest fresh chunk that is not fresh any more. */
    @Nullable
    Chunk pollRipe(int changedUntil) {
        Iterator<Chunk> fresh = queues[FRESH].iterator();
        return fresh.hasNext() && fresh.next().changedAt <= changedUntil ? take(FRESH) : null;
    }

    /** Takes out the chunk that has waited longest in a queue that is not empty. */
    Chunk take(int queue) {
        Chunk first = queues[queue].iterator().next();
        move(first, NONE);
        return first;
    }
}
