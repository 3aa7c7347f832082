package io.chunkserver.core.replication;

import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.TransactionPeer;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import java.util.concurrent.CompletionStage;

/** Another chunk server, as this one sees it. Safe for many threads; no method blocks. */
public interface Replica extends TransactionPeer {

    /**
     * Opens the way for a chunk's bytes to this server, which passes them on to the members after it in the chain. Never
     * throws: a server that cannot be reached is a no in {@link PrepareStream#votes}.
     */
    PrepareStream prepare(PrepareRequest request);

    /**
     * Whether it may be relied on for this version: it is published there, by the same transaction, or a newer one is; and the server
     * does not mean to remove what it has.
     *
     * <p>Completes exceptionally, with {@code UNREACHABLE} or {@code TIMEOUT}, when no answer came.
     */
    CompletionStage<Boolean> holds(ChunkId chunk, ChunkVersion version, TransactionId transaction);

    /**
     * Copies the published version of a chunk into a sink: blocks in order, each whole, from the one that holds {@code offset} to the last.
     * From an offset at the end of that version or past it no block follows: what the sink has by then is of another version, or all.
     *
     * <p>Completes when the sink has taken all, which then has the length and checksum that {@link CopySink#begin} was told; whether
     * those fit together is the sink's to compare. Completes exceptionally with {@code CHUNK_NOT_FOUND} when nothing is published
     * there, {@code VERSION_CONFLICT} when it is older than asked for, {@code CORRUPT} when it is damaged there, {@code CHECKSUM_MISMATCH}
     * when a block was damaged on its way, {@code UNREACHABLE} or {@code TIMEOUT} when the server does not answer or its bytes stop
     * coming, and with the sink's own failure.
     *
     * @param atLeast the oldest version that will do
     * @param offset  the first byte that the sink does not have yet, 0 or above
     */
    CompletionStage<Void> fetch(ChunkId chunk, ChunkVersion atLeast, long offset, CopySink sink);
}
