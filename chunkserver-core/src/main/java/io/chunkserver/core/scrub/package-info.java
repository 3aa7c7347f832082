/**
 * Reads all chunks slowly, over and over, to find damage before a reader does; each step is bounded and called from outside.
 *
 * <p>The flow: {@link io.chunkserver.core.scrub.Scrubber#runOnce} examines chunks in the order of their ids, then looks for files that the
 * index does not know. The store itself tells its listener of damage, whoever finds it; a stray file is handed to a
 * {@link io.chunkserver.core.scrub.StraySink}. What was done is remembered now and then, so that a restart goes on where it was.
 *
 * <p>May import: {@code store}, {@code disk}, {@code checksum}, {@code stats}, {@code error}, {@code model}.
 */
@NullMarked
package io.chunkserver.core.scrub;

import org.jspecify.annotations.NullMarked;
