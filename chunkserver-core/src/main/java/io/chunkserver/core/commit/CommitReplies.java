package io.chunkserver.core.commit;

import io.chunkserver.core.error.Failure;
import io.chunkserver.core.store.StageKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Who waits to hear that an attempt is committed here. Each attempt has its own: a late message about one that is over must not
 * answer those who wait for another. Owned by the chunk's lane.
 */
final class CommitReplies {

    private final Map<StageKey, List<CompletableFuture<CommitReply>>> waiting = new HashMap<>();

    /** Attempts whose commit the disk did not take: nothing more comes of them before a restart. */
    private final Map<StageKey, Failure> failed = new HashMap<>();

    void await(StageKey key, CompletableFuture<CommitReply> reply) {
        waiting.computeIfAbsent(key, absent -> new ArrayList<>()).add(reply);
        Failure why = failed.get(key);
        if (why != null) {
            fail(key, why);
        }
    }

    void complete(StageKey key, CommitReply reply) {
        remove(key).forEach(waiter -> waiter.complete(reply));
    }

    /** Answers those who wait for the attempt, and all who will. */
    void fail(StageKey key, Failure why) {
        failed.put(key, why);
        remove(key).forEach(waiter -> waiter.completeExceptionally(why.toException()));
    }

    private List<CompletableFuture<CommitReply>> remove(StageKey key) {
        List<CompletableFuture<CommitReply>> removed = waiting.remove(key);
        return removed == null ? List.of() : removed;
    }
}
