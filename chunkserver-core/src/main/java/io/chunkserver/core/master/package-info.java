/**
 * The reference master: keeps in memory who is alive and which chunks they have, chooses servers for stores, and orders copies and
 * removals until every chunk has its number of copies.
 *
 * <p>May import: {@code membership}, {@code space}, {@code error}, {@code model}.
 *
 * <p>Flow: reports change {@code ChunkTable}; each change is assessed at once by {@code RepairPlanner}, which queues the chunks that
 * need attention; {@link io.chunkserver.core.master.ClusterMaster#runOnce()} turns the head of the queue into orders, which wait in
 * {@code OrderBook} for the next heartbeat of the server that is to follow them; a later report confirms them.
 *
 * <p>There is no I/O, no thread and no clock here: age is counted in ticks, which a timer of the owner gives.
 */
@NullMarked
package io.chunkserver.core.master;

import org.jspecify.annotations.NullMarked;
