/**
 * What chunk servers and their clients say to each other: {@link io.chunkserver.transport.protocol.Request}s,
 * {@link io.chunkserver.transport.protocol.Response}s and the two hellos as records, and their form on the wire. The page
 * {@code PROTOCOL.md} says the same for readers without Java.
 *
 * <p>May import: the transport's root package, core's {@code commit}, {@code checksum}, {@code error} and {@code model}. Pure: no
 * I/O, no threads, no state.
 *
 * <p>Flow: {@link io.chunkserver.transport.protocol.Messages} turns a record into a {@link io.chunkserver.transport.Frame} and back;
 * {@link io.chunkserver.transport.protocol.FrameFormat} turns a frame's outline into the 32 bytes before it.
 */
@NullMarked
package io.chunkserver.transport.protocol;

import org.jspecify.annotations.NullMarked;
