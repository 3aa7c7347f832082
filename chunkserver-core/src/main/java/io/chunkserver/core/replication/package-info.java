/**
 * The replica chain: {@link io.chunkserver.core.replication.ReplicationChain} orders the members of a transaction by
 * their distance and pushes a chunk's bytes along them.
 *
 * <p>May import: {@code commit}, {@code membership}, {@code checksum}, {@code model}, {@code error}, {@code stats}. Other servers are the port
 * {@link io.chunkserver.core.replication.Replica}, which the transport implements.
 *
 * <p>Flow: the coordinator's blocks go to its own participant and to the next member at once; each member does the same;
 * votes come back up.
 */
@NullMarked
package io.chunkserver.core.replication;

import org.jspecify.annotations.NullMarked;
