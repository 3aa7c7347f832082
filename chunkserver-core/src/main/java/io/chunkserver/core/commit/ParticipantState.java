package io.chunkserver.core.commit;

import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where one chunk stands at one member, as far as the protocol is concerned.
 *
 * @param version the version that is committed here, {@link ChunkVersion#NONE} when there is none
 * @param epoch   the epoch of that version
 * @param lacking whether the version is committed and its bytes are not here, since they were damaged: a copy may bring it back
 * @param open    the transaction that holds the chunk, or null
 */
record ParticipantState(
        ChunkVersion version,
        long epoch,
        boolean lacking,
        @Nullable Open open) {

    /**
     * A transaction that holds the chunk.
     *
     * @param key              transaction and attempt
     * @param newVersion       the version that it would publish
     * @param newEpoch         its epoch
     * @param coordinatorLogId the log in which its coordinator decides
     * @param local            true when this member is the coordinator: its decision record is its own commit, so it writes
     *                         neither a prepared nor a committed record
     * @param phase            how far it is
     */
    record Open(
            StageKey key, ChunkVersion newVersion, long newEpoch, UUID coordinatorLogId, boolean local, Phase phase) {

        Open in(Phase next) {
            return new Open(key, newVersion, newEpoch, coordinatorLogId, local, next);
        }
    }

    /** In the order in which a committed transaction passes through them. */
    enum Phase {
        /** Bytes come in; nothing is promised. */
        STAGING,
        /** The promise is being forced to the log; it may be on disk already. */
        FORCING_PREPARED,
        /** Promised. Only the coordinator's word ends this, or an operator's where nobody can tell. */
        PREPARED,
        /** An operator has the promise given up; the record is being forced. */
        FORCING_ABORTED,
        /** Told to commit; the record is being forced. */
        FORCING_COMMITTED,
        /** The commit is on disk; the staged file is being renamed into place. */
        PUBLISHING
    }

    static ParticipantState idle(ChunkVersion version, long epoch) {
        return new ParticipantState(version, epoch, false, null);
    }

    /** The same without the bytes of the committed version. */
    ParticipantState withoutBytes() {
        return new ParticipantState(version, epoch, true, open);
    }

    /** Whether a copy of this version would be of use. */
    boolean wants(ChunkVersion copy) {
        return copy.isNewerThan(version) || (lacking && copy.equals(version));
    }

    /** Whether this very attempt holds the chunk in one of the phases. */
    boolean holds(StageKey key, Phase... phases) {
        if (open == null || !open.key().equals(key)) {
            return false;
        }
        for (Phase phase : phases) {
            if (open.phase() == phase) {
                return true;
            }
        }
        return false;
    }

    ParticipantState with(@Nullable Open next) {
        return new ParticipantState(version, epoch, lacking, next);
    }
}
