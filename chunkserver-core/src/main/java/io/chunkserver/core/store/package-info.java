/**
 * Chunks on disk: {@link io.chunkserver.core.store.ChunkStore} stages, publishes, discards, opens, deletes,
 * iterates and verifies them.
 *
 * <p>May import: {@code disk}, {@code checksum}, {@code model}, {@code error}, {@code stats}. It knows nothing of
 * space limits ({@code space}) nor of who decides what is published ({@code commit}).
 *
 * <p>Flow: {@code commit} stages blocks into a file of its own, and when the transaction is decided has that file
 * renamed into the chunk's place; readers open what is published.
 */
@NullMarked
package io.chunkserver.core.store;

import org.jspecify.annotations.NullMarked;
