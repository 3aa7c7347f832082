/**
 * The seam between servers: {@link io.chunkserver.transport.Transport} moves {@link io.chunkserver.transport.Frame}s, and
 * nothing above it knows how.
 *
 * <p>May import: core's {@code model} and {@code error}.
 *
 * <p>Flow: {@code client} and {@code server} turn requests and responses into frames with {@code protocol} and hand them to a
 * {@link io.chunkserver.transport.Connection}; {@code netty} and {@code loopback} carry them.
 */
@NullMarked
package io.chunkserver.transport;

import org.jspecify.annotations.NullMarked;
