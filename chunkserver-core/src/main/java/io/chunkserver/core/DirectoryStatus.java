package io.chunkserver.core;

import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.space.SpaceLevel;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.store.StoreSnapshot;
import java.util.UUID;

/**
 * One of a server's data directories at one moment.
 *
 * @param uuid            its own id
 * @param directory       where it is
 * @param state           whether it takes new chunks
 * @param reason          why not, or why others come first; else empty
 * @param store           counts of the chunks in it
 * @param openTransactions transactions that are not over there
 * @param lostChunks      chunks that are missed there, and that the server has nowhere else
 * @param space           its space in bytes; the limit is that of all directories together
 * @param spaceLevel      how full it is
 * @param spaceDriftBytes by how much the books of its space and the disk differ, which is a defect; else 0
 * @param slow            its disk is far slower than those of the others: {@code reason} tells more, and new chunks go to them
 */
public record DirectoryStatus(
        UUID uuid,
        String directory,
        ServerState state,
        String reason,
        StoreSnapshot store,
        int openTransactions,
        int lostChunks,
        SpaceSnapshot space,
        SpaceLevel spaceLevel,
        long spaceDriftBytes,
        boolean slow) {

    /** Whether it can be given up without a loss, once it takes nothing new: there is nothing in it that the server has not elsewhere. */
    public boolean isEmpty() {
        return store.chunks() + store.tombstones() + openTransactions + lostChunks == 0;
    }
}
