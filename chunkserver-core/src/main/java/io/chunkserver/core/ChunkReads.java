package io.chunkserver.core;

import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.ChunkStore;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * How chunks are read at a server: at once where no disk has to be waited for, else on the disk's threads. What goes wrong names the
 * server. Thread-safe; no method waits.
 */
final class ChunkReads {

    private final ChunkStore store;
    private final Participant participant;
    private final Executor disk;

    ChunkReads(ChunkStore store, Participant participant, Executor disk) {
        this.store = store;
        this.participant = participant;
        this.disk = disk;
    }

    /** What waits for the disk. */
    private interface DiskWork<T> {
        T run() throws IOException;
    }

    /** As {@link ChunkServer#open}. */
    CompletionStage<ChunkReader> open(ChunkId chunk, ReadMode mode) {
        if (mode instanceof ReadMode.Latest) {
            return participant.settle(chunk).thenCompose(settled -> onDisk(() -> store.open(chunk)));
        }
        try {
            // A chunk that is read again and again costs no detour over another thread.
            ChunkReader ready = store.openIfReady(chunk);
            return ready != null
                    ? CompletableFuture.completedFuture(atLeast(ready, mode))
                    : onDisk(() -> atLeast(store.open(chunk), mode));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(named(e));
        }
    }

    private static ChunkReader atLeast(ChunkReader reader, ReadMode mode) throws IOException {
        if (mode instanceof ReadMode.AtLeast wanted
                && wanted.version().isNewerThan(reader.info().version())) {
            reader.close();
            throw Failure.of(
                            ErrorCode.VERSION_CONFLICT,
                            "chunk " + reader.info().id() + " has version "
                                    + reader.info().version()
                                    + " here, the read wants version " + wanted.version() + " or newer")
                    .withHint("read from another member")
                    .toException();
        }
        return reader;
    }

    /** As {@link ChunkServer#attributes}. */
    CompletionStage<Attributes> attributes(ChunkId chunk) {
        return onDisk(() -> store.attributes(chunk));
    }

    /** As {@link ChunkServer#verify}. */
    CompletionStage<ChunkInfo> verify(ChunkId chunk) {
        return onDisk(() -> store.verify(chunk));
    }

    private <T> CompletionStage<T> onDisk(DiskWork<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Runnable task = () -> {
            try {
                done.complete(work.run());
            } catch (IOException e) {
                done.completeExceptionally(named(e));
            } catch (RuntimeException defect) {
                done.completeExceptionally(defect);
            }
        };
        try {
            disk.execute(task);
        } catch (RejectedExecutionException closing) {
            // When the server has closed, the store refuses in good words, and need not wait for the disk to do so.
            task.run();
        }
        return done;
    }

    private ChunkServerException named(IOException e) {
        ChunkServerException known = ChunkServerException.ofRead(e);
        return known.failure().at(participant.self()).toException(known);
    }
}
