package io.chunkserver.core.testkit;

import io.chunkserver.core.store.ChunkStore;

/**
 * What every {@link ChunkStore} promises.
 *
 * <p>Extend it and implement {@link #openStore} and {@link #crash}. The suite opens the store before each test, closes it after, and
 * in between may close it, or crash it, and open it again to see what it kept.
 */
public abstract class ChunkStoreContract extends ChunkStoreFixture
        implements ChunkPublishingContract,
                ChunkRefusalContract,
                ChunkRemovalContract,
                ChunkReadingContract,
                ChunkCrashContract,
                ChunkConcurrencyContract {}
