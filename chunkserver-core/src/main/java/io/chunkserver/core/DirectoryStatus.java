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
 * @param reason          why not; empty when it does
 * @param store           counts of the chunks in it
 * @param space           its space in bytes; the limit is that of all directories together
 * @param spaceLevel      how full it is
 * @param spaceDriftBytes by how much the books of its space and the disk differ, which is a defect; else 0
 */
public record DirectoryStatus(
        UUID uuid,
        String directory,
        ServerState state,
        String reason,
        StoreSnapshot store,
        SpaceSnapshot space,
        SpaceLevel spaceLevel,
        long spaceDriftBytes) {}
