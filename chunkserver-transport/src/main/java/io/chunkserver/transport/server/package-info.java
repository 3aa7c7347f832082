/**
 * A server's end of the wire: {@link io.chunkserver.transport.server.ServerEndpoint} listens, decodes, admits, calls
 * {@link io.chunkserver.core.ChunkServer} and encodes what it says.
 *
 * <p>May import: the transport's root package and {@code protocol}; core's root package and whatever that names.
 *
 * <p>Flow: a {@code ServerConnection} greets and takes requests one at a time; {@code RequestHandler} makes an {@code Exchange} of each;
 * bytes of a chunk come in through an {@code IncomingChunk} and go out through an {@code OutgoingContent}; what is to be said goes back
 * through the exchange's {@code Answer}.
 *
 * <p>Threads: what a connection brings is handled one event at a time on the thread that brings it, and never waits. Work that
 * waits for the disk runs on the endpoint's own threads or on those of the server.
 */
@NullMarked
package io.chunkserver.transport.server;

import org.jspecify.annotations.NullMarked;
