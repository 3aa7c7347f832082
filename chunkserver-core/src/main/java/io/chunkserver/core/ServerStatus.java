package io.chunkserver.core;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.store.StoreSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A server at one moment.
 *
 * @param self                who it is, how it is reached and where it stands
 * @param uuid                tells its data directory from all others
 * @param state               whether it takes new chunks
 * @param reason              why not; empty when it does
 * @param store               counts of chunks
 * @param space               its space in bytes
 * @param openTransactions    transactions that are not over, whoever coordinates them
 * @param inDoubt             those of them whose decision this server is waiting for
 * @param damagedFiles        files that were found damaged and put aside when it started
 * @param lostChunks          chunks whose committed version the log knows and the disk has not
 * @param uptime              since it started
 * @param chunkSizeLimitBytes the largest chunk that it takes
 * @param durability          what it promises when a store does not say
 * @param lastChain           the chain of the last store or delete of which it was the primary; empty before the first
 */
public record ServerStatus(
        Member self,
        UUID uuid,
        State state,
        String reason,
        StoreSnapshot store,
        SpaceSnapshot space,
        int openTransactions,
        int inDoubt,
        int damagedFiles,
        List<ChunkId> lostChunks,
        Duration uptime,
        long chunkSizeLimitBytes,
        Durability durability,
        List<ServerId> lastChain) {

    /** Whether a server takes new chunks. It serves reads in all of these. */
    public enum State {
        /** It takes new chunks. */
        READY,
        /** It is going down. */
        DRAINING,
        /** Its disk has failed. */
        READ_ONLY
    }
}
