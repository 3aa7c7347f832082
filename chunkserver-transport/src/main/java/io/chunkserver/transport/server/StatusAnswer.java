package io.chunkserver.transport.server;

import io.chunkserver.core.ServerStatus;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.Response;
import io.chunkserver.transport.protocol.ServerStatus.Space;
import io.chunkserver.transport.protocol.Software;
import java.util.Locale;

/** A server's status as it is told to others. */
final class StatusAnswer {

    private StatusAnswer() {}

    static Response.Status of(ServerStatus status, ServerAddress address) {
        SpaceSnapshot space = status.space();
        return new Response.Status(new io.chunkserver.transport.protocol.ServerStatus(
                status.self().id(),
                status.uuid(),
                address,
                status.self().location(),
                status.state().name().toLowerCase(Locale.ROOT),
                status.reason(),
                Software.VERSION,
                status.store().chunks(),
                status.store().tombstones(),
                new Space(
                        space.limitBytes(),
                        space.usedBytes(),
                        space.reservedBytes(),
                        space.freeBytes(),
                        space.availableBytes(),
                        status.spaceLevel().word(),
                        status.spaceDriftBytes()),
                status.openTransactions(),
                status.inDoubt(),
                status.uptime(),
                status.chunkSizeLimitBytes(),
                status.durability(),
                status.lastChain(),
                status.masters(),
                status.takenOut(),
                status.lostChunks().size(),
                status.scrub()));
    }
}
