package io.chunkserver.core.commit;

import io.chunkserver.core.commit.log.TransactionLog;
import io.chunkserver.core.space.SpaceAccountant;
import io.chunkserver.core.store.ChunkStore;

/**
 * The three things that a commit writes to.
 *
 * @param store the chunks
 * @param space what may still be written
 * @param log   promises and decisions
 */
public record Storage(ChunkStore store, SpaceAccountant space, TransactionLog log) {}
