/**
 * The storage node as a library: {@link io.chunkserver.core.ChunkServer} opens, wires and closes everything below it, and is
 * what an embedder holds.
 *
 * <p>May import: every package of core. No sockets, no command line, no JSON.
 *
 * <p>Flow of a store: {@code ChunkServer.begin} asks {@code replication} for the chain, {@code commit} for a coordinator's
 * writer; blocks written to it are staged here and forwarded; the receipt comes from the decision in the log.
 */
@NullMarked
package io.chunkserver.core;

import org.jspecify.annotations.NullMarked;
