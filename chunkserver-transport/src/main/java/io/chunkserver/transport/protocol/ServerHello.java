package io.chunkserver.transport.protocol;

import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A server's answer to a {@link ClientHello}: who it is.
 *
 * @param role                what it is, and so which requests it takes
 * @param version             the version of the protocol that both speak from now on
 * @param serverId            the server's name
 * @param uuid                the identity of its data directory; of a master, which has none, that of its run
 * @param logId               the identity of its transaction log, or null when it has none
 * @param address             where others reach it
 * @param location            where it stands
 * @param chunkSizeLimitBytes the longest chunk that it takes; 0 of a master
 * @param software            name and version of its software
 */
public record ServerHello(
        ServerRole role,
        int version,
        ServerId serverId,
        UUID uuid,
        @Nullable UUID logId,
        ServerAddress address,
        Location location,
        long chunkSizeLimitBytes,
        String software) {

    public ServerHello {
        Limits.checkWord("software", software);
    }

    /** The server as a member of a chain. */
    public Member member() {
        return new Member(serverId, address.toString(), location);
    }
}
