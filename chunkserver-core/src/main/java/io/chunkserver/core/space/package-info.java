/**
 * Promises bytes before they are written: {@link io.chunkserver.core.space.SpaceAccountant}.
 *
 * <p>May import: {@code disk}, {@code model}, {@code error}, {@code stats}. It never sees {@code store}: whoever
 * stages and publishes ({@code commit}) reserves first and settles or forfeits after.
 */
@NullMarked
package io.chunkserver.core.space;

import org.jspecify.annotations.NullMarked;
