/**
 * The transport inside one JVM: many servers, no sockets, no copies, and a network that can be cut.
 *
 * <p>May import: the transport's root package, core's {@code model} and {@code error}.
 *
 * <p>Flow: a {@link io.chunkserver.transport.loopback.LoopbackTransport} registers its listeners with a
 * {@link io.chunkserver.transport.loopback.LoopbackNetwork}; a connection is two ends, each with a queue of frames that the
 * network's executor hands to the end's receiver one by one.
 */
@NullMarked
package io.chunkserver.transport.loopback;

import org.jspecify.annotations.NullMarked;
