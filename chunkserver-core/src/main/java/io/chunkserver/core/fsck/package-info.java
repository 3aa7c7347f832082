/**
 * Looks through the data directory of a server that does not run, says what is wrong and what a start would do, and mends what can be
 * mended: {@link io.chunkserver.core.fsck.DirectoryCheck}.
 *
 * <p>May import: {@code commit}, {@code commit.log}, {@code store}, {@code disk}, {@code error}, {@code model}. Each format is judged in the
 * package that owns it; what is here compares their verdicts with each other.
 */
@NullMarked
package io.chunkserver.core.fsck;

import org.jspecify.annotations.NullMarked;
