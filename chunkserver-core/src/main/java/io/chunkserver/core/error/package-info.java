/**
 * Every failure that a caller can meet: one {@link io.chunkserver.core.error.ErrorCode} that is the same in
 * Java, on the wire, in metrics and as the exit code of the command line, one value
 * ({@link io.chunkserver.core.error.Failure}) that carries it anywhere, and one sealed exception tree.
 *
 * <p>May import: {@code model}.
 */
@NullMarked
package io.chunkserver.core.error;

import org.jspecify.annotations.NullMarked;
