/**
 * A chunk store of one's own, tested with the test kit.
 *
 * <p>{@code EarlyCheckChunkStore} is the first attempt. It passes every test of {@code ChunkStoreContract}, those of crashes
 * aside, which are skipped: each of its tests stages one version of a chunk at a time. A property of three lines, which runs any
 * {@code ChunkStoreScript}, finds the fault, and shrinks a script of fifteen steps to the four that matter:
 *
 * <pre>
 * the store differs from the model, after 4 steps:
 *   1. Stage[chunk=/a#0, newerBy=1, lengthBytes=0]
 *   2. Stage[chunk=/a#0, newerBy=1, lengthBytes=0]
 *   3. Publish[which=0]
 *   4. Publish[which=0]
 * [publishing a version that is not newer than the published one]
 * Expecting code to raise a throwable.
 * </pre>
 *
 * <p>Two clients stage version 1 of a chunk, and both are published: the second one replaces what the first client was told is
 * stored. {@code MapChunkStore} compares versions when it publishes, and passes the same property.
 */
@NullMarked
package io.chunkserver.examples.ownstore;

import org.jspecify.annotations.NullMarked;
