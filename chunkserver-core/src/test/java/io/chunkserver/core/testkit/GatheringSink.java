package io.chunkserver.core.testkit;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.replication.CopySink;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Takes a copy as its test wants: at once, or each block only when it is allowed to. Fails when it is called in another order than
 * promised, or with a damaged block. Thread-safe.
 */
public final class GatheringSink implements CopySink {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Queue<CompletableFuture<Void>> held = new ArrayDeque<>();
    private @Nullable ChunkInfo info;
    private @Nullable Attributes attributes;
    private @Nullable RuntimeException refusal;
    private boolean holding;
    private int blocks;

    /** Keeps each block from now on until {@link #release}. */
    public synchronized void hold() {
        holding = true;
    }

    /** Is done with the block that it holds. */
    public void release() {
        CompletableFuture<Void> taken;
        synchronized (this) {
            taken = held.remove();
        }
        taken.complete(null);
    }

    /** Takes no more blocks from now on, and says so. */
    public synchronized void refuse(RuntimeException why) {
        refusal = why;
    }

    @Override
    public synchronized CompletionStage<Void> begin(ChunkInfo newInfo, Attributes newAttributes) {
        if (info != null) {
            throw new AssertionError("a copy of " + newInfo + " began twice");
        }
        info = newInfo;
        attributes = newAttributes;
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Void> write(CheckedBlock block) {
        if (info == null || !held.isEmpty() || !block.intact()) {
            throw new AssertionError("a block came out of turn or damaged");
        }
        if (refusal != null) {
            return CompletableFuture.failedFuture(refusal);
        }
        byte[] content = new byte[block.lengthBytes()];
        block.data().duplicate().get(content);
        bytes.writeBytes(content);
        blocks++;
        CompletableFuture<Void> taken = new CompletableFuture<>();
        if (holding) {
            held.add(taken);
        } else {
            taken.complete(null);
        }
        return taken;
    }

    /** What the source said of the version; null before it began. */
    public synchronized @Nullable ChunkInfo info() {
        return info;
    }

    /** What the source said of the version's attributes; null before it began. */
    public synchronized @Nullable Attributes attributes() {
        return attributes;
    }

    /** All bytes that came. */
    public synchronized byte[] bytes() {
        return bytes.toByteArray();
    }

    /** How many blocks came. */
    public synchronized int blocks() {
        return blocks;
    }
}
