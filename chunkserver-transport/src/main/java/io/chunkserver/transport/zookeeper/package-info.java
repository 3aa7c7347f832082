/**
 * Finds and elects masters by a ZooKeeper ensemble, for clusters of more than one machine that could be the master.
 *
 * <p>May import: Curator and ZooKeeper, which nobody else may; the transport's root package, {@code client} and {@code protocol}; core's
 * root package, {@code membership}, {@code retry}, {@code error} and {@code model}.
 *
 * <p>Flow: a {@link io.chunkserver.transport.zookeeper.MasterElection} makes a master a candidate below {@code masters}; the oldest node
 * there is that of the leader, and its creation's transaction id is the epoch. A
 * {@link io.chunkserver.transport.zookeeper.ServerRegistration} registers a chunk server below {@code servers} and tells it the
 * masters; {@link io.chunkserver.transport.zookeeper.EnsembleMasters} tells clients. What chunks there are, who is alive and what is to be
 * done stays between servers and masters. The ensemble may be away: nobody stops serving because of it.
 *
 * <p>Nodes, below the root that the {@link io.chunkserver.transport.zookeeper.EnsembleAddress} names:
 *
 * <pre>
 * masters/_c_UUID-latch-0000000007   ephemeral; the address of a master. The lowest number leads
 * servers/server-ID                  ephemeral; a JSON object, see RegisteredServer
 * </pre>
 */
@NullMarked
package io.chunkserver.transport.zookeeper;

import org.jspecify.annotations.NullMarked;
