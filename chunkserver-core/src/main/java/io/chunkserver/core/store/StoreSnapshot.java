package io.chunkserver.core.store;

/**
 * Counts of a store at one moment.
 *
 * @param chunks         published chunks, tombstones not counted
 * @param tombstones     published tombstones
 * @param publishedBytes bytes on disk of all published versions
 */
public record StoreSnapshot(long chunks, long tombstones, long publishedBytes) {}
