package io.chunkserver.transport.server;

import io.chunkserver.core.DirectoryStatus;
import io.chunkserver.core.ServerStatus;
import io.chunkserver.core.space.SpaceLevel;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.Response;
import io.chunkserver.transport.protocol.ServerStatus.Directory;
import io.chunkserver.transport.protocol.ServerStatus.Space;
import io.chunkserver.transport.protocol.Software;
import java.util.List;
import java.util.Locale;

/** A server's status as it is told to others. */
final class StatusAnswer {

    private StatusAnswer() {}

    static Response.Status of(ServerStatus status, ServerAddress address) {
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
                space(status.space(), status.spaceLevel(), status.spaceDriftBytes()),
                status.openTransactions(),
                status.inDoubt(),
                status.uptime(),
                status.chunkSizeLimitBytes(),
                status.durability(),
                status.lastChain(),
                status.masters(),
                status.takenOut(),
                status.lostChunks().size(),
                status.scrub(),
                directories(status.directories())));
    }

    private static Space space(SpaceSnapshot space, SpaceLevel level, long driftBytes) {
        return new Space(
                space.limitBytes(),
                space.usedBytes(),
                space.reservedBytes(),
                space.freeBytes(),
                space.availableBytes(),
                level.word(),
                driftBytes);
    }

    /** Of a server with one directory the server's own numbers say all. */
    private static List<Directory> directories(List<DirectoryStatus> all) {
        return all.size() == 1
                ? List.of()
                : all.stream().map(StatusAnswer::directory).toList();
    }

    private static Directory directory(DirectoryStatus status) {
        return new Directory(
                status.uuid(),
                status.directory(),
                status.state().name().toLowerCase(Locale.ROOT),
                status.reason(),
                status.store().chunks(),
                status.store().tombstones(),
                (long) status.openTransactions() + status.lostChunks(),
                status.slow(),
                space(status.space(), status.spaceLevel(), status.spaceDriftBytes()));
    }
}
