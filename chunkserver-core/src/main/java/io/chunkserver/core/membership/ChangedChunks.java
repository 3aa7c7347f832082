package io.chunkserver.core.membership;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.model.ChunkId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The chunks that were published or removed since the last report, each once. Thread-safe. */
final class ChangedChunks {

    /** More than so many are not remembered one by one: a full report says it in fewer messages than a lost one costs. */
    static final int MAX_CHUNKS = 10_000;

    @GuardedBy("this")
    private final Set<ChunkId> chunks = new LinkedHashSet<>();

    @GuardedBy("this")
    private boolean tooMany;

    synchronized void note(ChunkId chunk) {
        if (!tooMany) {
            chunks.add(chunk);
            if (chunks.size() > MAX_CHUNKS) {
                tooMany = true;
                chunks.clear();
            }
        }
    }

    /** Whether there were so many that only a full report can tell them. */
    synchronized boolean tooMany() {
        return tooMany;
    }

    /** Takes out at most so many, the oldest first. */
    synchronized List<ChunkId> take(int limit) {
        List<ChunkId> taken = new ArrayList<>();
        Iterator<ChunkId> oldestFirst = chunks.iterator();
        while (taken.size() < limit && oldestFirst.hasNext()) {
            taken.add(oldestFirst.next());
            oldestFirst.remove();
        }
        return taken;
    }

    /** Forgets all: a full report is about to tell them. */
    synchronized void clear() {
        chunks.clear();
        tooMany = false;
    }

    synchronized boolean isEmpty() {
        return chunks.isEmpty() && !tooMany;
    }
}
