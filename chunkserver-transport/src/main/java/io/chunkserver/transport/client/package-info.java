/**
 * The other end of the wire: {@link io.chunkserver.transport.client.ChunkClient} for programs that store and read chunks, and
 * {@link io.chunkserver.transport.client.RemoteReplicas}, by which servers reach each other.
 *
 * <p>May import: the transport's root package and {@code protocol}; core's root package, {@code commit}, {@code replication},
 * {@code checksum}, {@code error} and {@code model}.
 *
 * <p>Flow: a {@code ConnectionPool} opens {@code PeerConnection}s and keeps idle ones. On one of them goes a {@code UnaryCall}, a chunk's
 * bytes as an {@code OutgoingChunk}, or a copy whose blocks come into an {@code IncomingContent}. Nothing of this waits;
 * {@code ChunkClient} alone does, in the thread of its caller, which reads ({@code ReadCall}) on a {@code BlockingPeer} of
 * {@code BlockingPeers} by itself.
 */
@NullMarked
package io.chunkserver.transport.client;

import org.jspecify.annotations.NullMarked;
