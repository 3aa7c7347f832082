package io.chunkserver.core;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.replication.CopySink;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.ChunkStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a published version to a sink, block by block, each compared with its checksum before (guarantee C1).
 *
 * <p>Runs in steps on the disk's threads, one at a time; while the sink has a block, no thread is held. The steps own the reader.
 */
final class PublishedFetch {

    private static final Logger LOG = LoggerFactory.getLogger(PublishedFetch.class);

    /**
     * What is asked for.
     *
     * @param atLeast the oldest version that will do
     * @param offset  the first byte that is not there yet
     */
    record Wanted(ChunkId chunk, ChunkVersion atLeast, long offset) {

        Wanted {
            if (offset < 0) {
                throw new IllegalArgumentException("offset " + offset + " of chunk " + chunk + " is below 0");
            }
        }
    }

    private final ChunkStore store;
    private final Executor disk;
    private final Wanted wanted;
    private final CopySink sink;
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();

    // What follows is the step's own.

    private @Nullable ChunkReader reader;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int nextBlock;
    private int endBlock;

    private PublishedFetch(ChunkStore store, Executor disk, Wanted wanted, CopySink sink) {
        this.store = store;
        this.disk = disk;
        this.wanted = wanted;
        this.sink = sink;
    }

    /**
     * Begins.
     *
     * @return done when the sink has taken all, or the failure
     */
    static CompletionStage<Void> start(ChunkStore store, Executor disk, Wanted wanted, CopySink sink) {
        PublishedFetch fetch = new PublishedFetch(store, disk, wanted, sink);
        fetch.run(fetch::begin);
        return fetch.outcome;
    }

    private void begin() {
        try {
            ChunkInfo info = published();
            ChunkReader opened = reader;
            if (opened == null) {
                then(sink.begin(info, Attributes.NONE));
                return;
            }
            endBlock = BlockLayout.blockCount(info.lengthBytes());
            nextBlock = wanted.offset() >= info.lengthBytes() ? endBlock : BlockLayout.blockAt(wanted.offset());
            buffer = ByteBuffer.allocate(nextBlock < endBlock ? BlockLayout.BLOCK_BYTES : 0);
            then(sink.begin(info, opened.attributes()));
        } catch (IOException | RuntimeException e) {
            end(e);
        }
    }

    /** What is published now; it is open when it has bytes. */
    private ChunkInfo published() throws IOException {
        Optional<ChunkInfo> known = store.stat(wanted.chunk());
        if (known.isPresent() && !known.get().tombstone()) {
            try {
                reader = store.open(wanted.chunk());
                known = Optional.of(reader.info());
            } catch (ChunkServerException.NotFound deletedMeanwhile) {
                known = store.stat(wanted.chunk()).filter(ChunkInfo::tombstone);
            }
        }
        ChunkInfo info = known.orElseThrow(
                () -> Failure.of(ErrorCode.CHUNK_NOT_FOUND, "chunk " + wanted.chunk() + " is not here")
                        .toException());
        if (wanted.atLeast().isNewerThan(info.version())) {
            throw Failure.of(
                            ErrorCode.VERSION_CONFLICT,
                            "chunk " + wanted.chunk() + " has version " + info.version() + " here, version "
                                    + wanted.atLeast() + " or newer is wanted")
                    .toException();
        }
        return info;
    }

    private void step() {
        ChunkReader open = reader;
        try {
            while (open != null && nextBlock < endBlock) {
                CompletableFuture<Void> taken = sink.write(next(open)).toCompletableFuture();
                if (!taken.isDone() || taken.isCompletedExceptionally()) {
                    then(taken);
                    return;
                }
            }
            end(null);
        } catch (IOException | RuntimeException e) {
            end(e);
        }
    }

    private CheckedBlock next(ChunkReader open) throws IOException {
        open.readUnverified(nextBlock, buffer.clear());
        CheckedBlock block = new CheckedBlock(buffer.flip().slice(), open.blockChecksum(nextBlock));
        if (!block.intact()) {
            // Reading it again says in the store's words what is damaged, unless it was the way from the disk.
            open.read(nextBlock, buffer.clear());
            block = CheckedBlock.of(buffer.flip().slice());
        }
        nextBlock++;
        return block;
    }

    private void then(CompletionStage<Void> taken) {
        taken.whenComplete((done, thrown) -> run(() -> {
            if (thrown == null) {
                step();
            } else {
                end(thrown);
            }
        }));
    }

    private void end(@Nullable Throwable why) {
        ChunkReader open = reader;
        reader = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.warn("chunk {} could not be closed after it was fetched", wanted.chunk(), e);
            }
        }
        if (why == null) {
            outcome.complete(null);
        } else {
            outcome.completeExceptionally(
                    why instanceof IOException failed
                            ? ChunkServerException.ofRead(failed)
                            : ChunkServerException.from(why));
        }
    }

    private void run(Runnable step) {
        try {
            disk.execute(step);
        } catch (RejectedExecutionException closed) {
            end(Failure.of(ErrorCode.DRAINING, "the server is closed").toException(closed));
        }
    }
}
