package io.chunkserver.core;

import io.chunkserver.core.commit.AttemptNumbers;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.core.space.SpaceAlert;
import io.chunkserver.core.space.SpaceLimit;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What all volumes of a server have in common.
 *
 * @param limit           of the space of all together
 * @param self            how the server appears in chains; its address changes when a transport is attached
 * @param replicas        all servers as this one reaches them
 * @param attempts        numbers what is staged in any of its volumes
 * @param keepsTombstones whether a master may ask for them
 * @param diskFailed      whether one of its volumes has failed since the start
 * @param spaceListeners  hear when a volume has become fuller or emptier than a threshold
 */
record OneServer(
        ChunkServerConfig config,
        SpaceLimit limit,
        SelfMember self,
        Replicas replicas,
        AttemptNumbers attempts,
        boolean keepsTombstones,
        AtomicBoolean diskFailed,
        List<Consumer<SpaceAlert>> spaceListeners) {}
