package io.chunkserver.core;

import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.core.space.SpaceLevel;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.store.StoreSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A server at one moment.
 *
 * @param self                who it is, how it is reached and where it stands
 * @param uuid                tells it from every other server, also from another of its name
 * @param state               whether it takes new chunks
 * @param reason              why not, or why some of its directories do not; else empty
 * @param store               counts of chunks
 * @param space               its space in bytes
 * @param spaceLevel          how full it is
 * @param spaceDriftBytes     by how much the books of its space and the disk differ, which is a defect; else 0
 * @param openTransactions    transactions that are not over, whoever coordinates them
 * @param inDoubt             those of them whose decision this server is waiting for
 * @param damagedFiles        files that were found damaged and put aside when it started
 * @param takenOut            copies that were found damaged since, and taken out of service
 * @param lostChunks          chunks whose committed version the log knew and the disk had not when it started, or that was taken out of
 *                            service, and that no copy has brought back since
 * @param scrub               how far the examination of all chunks has got
 * @param uptime              since it started
 * @param chunkSizeLimitBytes the largest chunk that it takes
 * @param durability          what it promises when a store does not say
 * @param lastChain           the chain of the last store or delete of which it was the primary; empty before the first
 * @param masters             how it stands with its masters
 * @param directories         each of its data directories; of a server with several a failed one is told in {@code reason} too
 */
public record ServerStatus(
        Member self,
        UUID uuid,
        ServerState state,
        String reason,
        StoreSnapshot store,
        SpaceSnapshot space,
        SpaceLevel spaceLevel,
        long spaceDriftBytes,
        int openTransactions,
        int inDoubt,
        int damagedFiles,
        long takenOut,
        List<ChunkId> lostChunks,
        ScrubStatus scrub,
        Duration uptime,
        long chunkSizeLimitBytes,
        Durability durability,
        List<ServerId> lastChain,
        List<MasterConnection> masters,
        List<DirectoryStatus> directories) {}
