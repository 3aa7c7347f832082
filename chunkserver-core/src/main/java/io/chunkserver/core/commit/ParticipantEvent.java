package io.chunkserver.core.commit;

import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import java.util.UUID;

/** What can happen to a chunk at a member. */
sealed interface ParticipantEvent {

    /** The attempt concerned. */
    StageKey key();

    /**
     * A coordinator asks.
     *
     * @param coordinatorLogId the log in which the coordinator decides
     * @param local            the coordinator is this member itself
     * @param remembered       this transaction is remembered here as committed, or a copy of what it committed is published here
     */
    record Prepare(
            StageKey key, ChunkVersion base, long epoch, UUID coordinatorLogId, boolean local, boolean remembered)
            implements ParticipantEvent {}

    /** All bytes are staged, verified and as durable as asked. */
    record Staged(StageKey key) implements ParticipantEvent {}

    /** Staging cannot be completed. */
    record StagingFailed(StageKey key, Failure why) implements ParticipantEvent {}

    /** The prepared record is durable. */
    record PreparedForced(StageKey key) implements ParticipantEvent {}

    /** The log did not take the prepared record: it is not durable and will not be. */
    record PreparedRefused(StageKey key, Failure why) implements ParticipantEvent {}

    /** The prepared record may or may not be durable: the log has failed. */
    record PreparedForceFailed(StageKey key, Failure why) implements ParticipantEvent {}

    /**
     * The coordinator says commit, or somebody who knows.
     *
     * @param remembered this very attempt is remembered here as committed
     */
    record Commit(StageKey key, boolean remembered) implements ParticipantEvent {}

    /**
     * An operator settles a promise whose outcome nobody can tell.
     *
     * @param commit what the operator chose
     */
    record SettleByHand(StageKey key, boolean commit) implements ParticipantEvent {}

    /** The record of an operator who gave the promise up is durable. */
    record AbortedForced(StageKey key) implements ParticipantEvent {}

    /** The committed record, or that of an operator who committed, is durable. */
    record CommittedForced(StageKey key) implements ParticipantEvent {}

    /** The version is visible. */
    record Published(StageKey key) implements ParticipantEvent {}

    /** The staged file of a committed version is gone: it is lost at this member. */
    record PublishLost(StageKey key) implements ParticipantEvent {}

    /**
     * A copy of a version that a peer has published is staged here, under an attempt of this member's own.
     *
     * @param version     the copied version
     * @param epoch       its epoch
     * @param published   the version that is published here is of the same transaction
     * @param promised    the promise that is open here is of the same transaction, and for the very same version and bytes
     */
    record Adopt(StageKey key, ChunkVersion version, long epoch, boolean published, boolean promised)
            implements ParticipantEvent {}

    /** The copy is visible, and a crash does not take it. */
    record Adopted(StageKey key, ChunkVersion version, long epoch) implements ParticipantEvent {}

    /** The coordinator says abort, or gives up before the vote. */
    record Abort(StageKey key, Failure why) implements ParticipantEvent {}
}
