/**
 * Two-phase commit with presumed abort: {@link io.chunkserver.core.commit.TwoPhaseCoordinator} decides,
 * {@link io.chunkserver.core.commit.Participant} stages, votes and applies. The protocol itself is two pure state
 * machines ({@code CoordinatorMachine}, {@code ParticipantMachine}: no I/O, threads or clock); the shells around
 * them do what the machines say.
 *
 * <p>May import: {@code commit.log}, {@code store}, {@code space}, {@code checksum}, {@code retry}, {@code model},
 * {@code error}, {@code stats}. Other servers are reached through the port {@link io.chunkserver.core.commit.TransactionPeers}.
 *
 * <p>Flow: blocks come in through a {@link io.chunkserver.core.commit.PrepareStream}, are staged in the store against a
 * reservation, the log makes the vote durable, the coordinator's log makes the decision durable, the store publishes.
 *
 * <p>Lock order: chunk lane, transaction log, space accountant. No lock is held over the disk or the network.
 */
@NullMarked
package io.chunkserver.core.commit;

import org.jspecify.annotations.NullMarked;
