/**
 * How long to wait before something is tried again.
 *
 * <p>May import nothing of core.
 */
@NullMarked
package io.chunkserver.core.retry;

import org.jspecify.annotations.NullMarked;
