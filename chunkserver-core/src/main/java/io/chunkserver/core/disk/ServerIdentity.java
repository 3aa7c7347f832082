package io.chunkserver.core.disk;

import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.util.UUID;

/**
 * Who the server of a data directory is, as kept in its identity file.
 *
 * @param serverId  the server's name
 * @param uuid      drawn when the directory was first opened: tells two directories of one name apart
 * @param logId     the transaction log that belongs to this directory
 * @param location  where the server stands
 * @param lastPort  the port it listened on last, 0 when it never did
 * @param bootCount 1 or above and one more for each start. It begins at random, so that a server whose directory was
 *                  wiped does not number its attempts as it did before
 * @param set       the directories that the server has beside this one
 */
public record ServerIdentity(
        ServerId serverId, UUID uuid, UUID logId, Location location, int lastPort, long bootCount, DirectorySet set) {

    static final int MAX_PORT = 65535;

    public ServerIdentity {
        if (lastPort < 0 || lastPort > MAX_PORT) {
            throw new IllegalArgumentException("last port " + lastPort + " is not between 0 and " + MAX_PORT);
        }
        if (bootCount < 1) {
            throw new IllegalArgumentException("boot count " + bootCount + " is below 1");
        }
        if (!set.members().contains(uuid)) {
            throw new IllegalArgumentException("directory " + uuid + " is not among those of its server: " + set);
        }
    }

    /** That of a server with this directory alone. */
    public ServerIdentity(ServerId serverId, UUID uuid, UUID logId, Location location, int lastPort, long bootCount) {
        this(serverId, uuid, logId, location, lastPort, bootCount, DirectorySet.of(uuid));
    }

    /** Tells this server from every other, also from another of its name; the same in all its directories. */
    public UUID serverUuid() {
        return set.serverUuid();
    }

    ServerIdentity atNextBoot() {
        return atBoot(Math.addExact(bootCount, 1));
    }

    ServerIdentity atBoot(long boot) {
        return new ServerIdentity(serverId, uuid, logId, location, lastPort, boot, set);
    }

    ServerIdentity at(Location newLocation) {
        return new ServerIdentity(serverId, uuid, logId, newLocation, lastPort, bootCount, set);
    }

    ServerIdentity withLog(UUID newLogId) {
        return new ServerIdentity(serverId, uuid, newLogId, location, lastPort, bootCount, set);
    }

    ServerIdentity listeningOn(int port) {
        return new ServerIdentity(serverId, uuid, logId, location, port, bootCount, set);
    }

    ServerIdentity in(DirectorySet newSet) {
        return new ServerIdentity(serverId, uuid, logId, location, lastPort, bootCount, newSet);
    }
}
