package io.chunkserver.core;

import io.chunkserver.core.commit.CommitConfig;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.membership.SessionConfig;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.replication.ChainConfig;
import io.chunkserver.core.replication.OrderConfig;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.space.SpaceConfig;

/**
 * What an operator decides about a server.
 *
 * @param spaceLimitBytes     what chunks may take on disk, checksums and footers included; default 1 GiB
 * @param chunkSizeLimitBytes the largest chunk; default 64 MiB as in GFS, up to 1 GiB
 * @param durability          what is promised when a store does not say; default {@code sync}
 * @param diskThreads         how many chunks may wait for the disk at the same time; default 16, so that several forces
 *                            overlap without flooding the device's queue
 * @param commit              waits and limits of two-phase commit
 * @param chain               how chains are ordered and watched
 * @param log                 sizes of the transaction log
 * @param session             how masters are spoken to
 * @param orders              how much of the server their orders may take
 * @param space               from where on it is how full, and what is removed by itself
 * @param scrub               how eagerly it looks for damage
 */
public record ChunkServerConfig(
        long spaceLimitBytes,
        long chunkSizeLimitBytes,
        Durability durability,
        int diskThreads,
        CommitConfig commit,
        ChainConfig chain,
        TransactionLogConfig log,
        SessionConfig session,
        OrderConfig orders,
        SpaceConfig space,
        ScrubConfig scrub) {

    private static final long MEBIBYTE = 1024 * 1024;

    /** The largest chunk size limit that can be configured. */
    public static final long MAX_CHUNK_SIZE_LIMIT_BYTES = 1024 * MEBIBYTE;

    public static final ChunkServerConfig DEFAULT = new ChunkServerConfig(
            1024 * MEBIBYTE,
            64 * MEBIBYTE,
            Durability.SYNC,
            16,
            CommitConfig.DEFAULT,
            ChainConfig.DEFAULT,
            TransactionLogConfig.DEFAULT,
            SessionConfig.DEFAULT,
            OrderConfig.DEFAULT,
            SpaceConfig.DEFAULT,
            ScrubConfig.DEFAULT);

    public ChunkServerConfig {
        if (spaceLimitBytes < 0) {
            throw new IllegalArgumentException("space limit " + spaceLimitBytes + " is below 0");
        }
        if (chunkSizeLimitBytes < 1 || chunkSizeLimitBytes > MAX_CHUNK_SIZE_LIMIT_BYTES) {
            throw new IllegalArgumentException("chunk size limit " + chunkSizeLimitBytes + " is not within 1 to "
                    + MAX_CHUNK_SIZE_LIMIT_BYTES + " bytes");
        }
        if (diskThreads < 1) {
            throw new IllegalArgumentException("number of disk threads " + diskThreads + " is below 1");
        }
    }

    public ChunkServerConfig withSpaceLimitBytes(long bytes) {
        return new ChunkServerConfig(
                bytes, chunkSizeLimitBytes, durability, diskThreads, commit, chain, log, session, orders, space, scrub);
    }

    public ChunkServerConfig withChunkSizeLimitBytes(long bytes) {
        return new ChunkServerConfig(
                spaceLimitBytes, bytes, durability, diskThreads, commit, chain, log, session, orders, space, scrub);
    }

    public ChunkServerConfig withDurability(Durability mode) {
        return new ChunkServerConfig(
                spaceLimitBytes,
                chunkSizeLimitBytes,
                mode,
                diskThreads,
                commit,
                chain,
                log,
                session,
                orders,
                space,
                scrub);
    }

    public ChunkServerConfig withDiskThreads(int threads) {
        return new ChunkServerConfig(
                spaceLimitBytes,
                chunkSizeLimitBytes,
                durability,
                threads,
                commit,
                chain,
                log,
                session,
                orders,
                space,
                scrub);
    }

    public ChunkServerConfig withCommit(CommitConfig config) {
        return new ChunkServerConfig(
                spaceLimitBytes,
                chunkSizeLimitBytes,
                durability,
                diskThreads,
                config,
                chain,
                log,
                session,
                orders,
                space,
                scrub);
    }

    public ChunkServerConfig withChain(ChainConfig config) {
        return new ChunkServerConfig(
                spaceLimitBytes,
                chunkSizeLimitBytes,
                durability,
                diskThreads,
                commit,
                config,
                log,
                session,
                orders,
                space,
                scrub);
    }

    public ChunkServerConfig withLog(TransactionLogConfig config) {
        return new ChunkServerConfig(
                spaceLimitBytes,
                chunkSizeLimitBytes,
                durability,
                diskThreads,
                commit,
                chain,
                config,
                session,
                orders,
                space,
                scrub);
    }

    public ChunkServerConfig withSession(SessionConfig config) {
        return new ChunkServerConfig(
                spaceLimitBytes,
                chunkSizeLimitBytes,
                durability,
                diskThreads,
                commit,
                chain,
                log,
                config,
                orders,
                space,
                scrub);
    }

    public ChunkServerConfig withOrders(OrderConfig config) {
        return new ChunkServerConfig(
                spaceLimitBytes,
                chunkSizeLimitBytes,
                durability,
                diskThreads,
                commit,
                chain,
                log,
                session,
                config,
                space,
                scrub);
    }

    public ChunkServerConfig withSpace(SpaceConfig config) {
        return new ChunkServerConfig(
                spaceLimitBytes,
                chunkSizeLimitBytes,
                durability,
                diskThreads,
                commit,
                chain,
                log,
                session,
                orders,
                config,
                scrub);
    }

    public ChunkServerConfig withScrub(ScrubConfig config) {
        return new ChunkServerConfig(
                spaceLimitBytes,
                chunkSizeLimitBytes,
                durability,
                diskThreads,
                commit,
                chain,
                log,
                session,
                orders,
                space,
                config);
    }
}
