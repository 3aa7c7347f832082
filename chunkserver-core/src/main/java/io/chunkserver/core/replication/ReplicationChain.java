package io.chunkserver.core.replication;

import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.model.Member;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The members of a transaction as a chain that data flows along, ordered nearest first from the primary.
 *
 * <p>Safe for many threads; no method blocks.
 */
public interface ReplicationChain {

    /**
     * The chain of this server, as the primary, and the servers at the given addresses.
     *
     * <p>Completes exceptionally: {@code UNREACHABLE} naming the first server that did not answer,
     * {@code INVALID_ARGUMENT} when two addresses are the same server or one is this server itself.
     *
     * @return this server first, then the others by their distance from it; equal distances by id
     */
    CompletionStage<List<Member>> order(List<String> addresses);

    /**
     * Opens the way for a chunk's bytes to this server's own participant and, at the same time, to all members after it.
     * Each block is verified here before it goes on.
     *
     * @return a stream whose votes are this server's own and those of all members after it
     */
    PrepareStream push(PrepareRequest request);
}
