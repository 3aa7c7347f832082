package io.chunkserver.core.replication;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import java.util.concurrent.CompletionStage;

/**
 * What takes one published version from a {@link Replica#fetch}.
 *
 * <p>Calls come one after the other, each when the stage of the one before has completed, from any thread; they must not block. A stage
 * that completes exceptionally ends the fetch with the same failure.
 */
public interface CopySink {

    /**
     * A source has the chunk; called once, before any block.
     *
     * @param info may be newer than asked for, and a tombstone; no block follows a tombstone
     */
    CompletionStage<Void> begin(ChunkInfo info, Attributes attributes);

    /**
     * Takes the next block, whole and compared with its checksum. Its buffer belongs to the sink until the stage completes; no other block
     * comes before that.
     */
    CompletionStage<Void> write(CheckedBlock block);
}
