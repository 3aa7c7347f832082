/**
 * The domain's words as immutable records that check themselves when made.
 *
 * <p>May import: nothing of this project. Everything else may import this package.
 *
 * <p>A constructor that refuses its arguments throws {@link IllegalArgumentException} with a sentence
 * that names the bad value; the edges of the system (endpoint, client, command line) turn it into the
 * error code {@code INVALID_ARGUMENT}.
 */
@NullMarked
package io.chunkserver.core.model;

import org.jspecify.annotations.NullMarked;
