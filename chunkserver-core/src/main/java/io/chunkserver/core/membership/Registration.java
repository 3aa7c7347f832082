package io.chunkserver.core.membership;

import io.chunkserver.core.model.Member;
import java.time.Duration;

/**
 * A server presents itself to a master.
 *
 * @param server              which run of which server
 * @param member              how others reach it and where it stands
 * @param formatVersion       the format of the chunk files that it writes
 * @param spaceLimitBytes     what its chunks may take on disk
 * @param chunkSizeLimitBytes the longest chunk that it takes
 * @param heartbeatInterval   how long it waits between two heartbeats at most; 0 when it does not say
 */
public record Registration(
        Incarnation server,
        Member member,
        int formatVersion,
        long spaceLimitBytes,
        long chunkSizeLimitBytes,
        Duration heartbeatInterval) {

    /** The registration of a server that does not say how often it sends heartbeats: as often as its master expects. */
    public Registration(
            Incarnation server, Member member, int formatVersion, long spaceLimitBytes, long chunkSizeLimitBytes) {
        this(server, member, formatVersion, spaceLimitBytes, chunkSizeLimitBytes, Duration.ZERO);
    }

    public Registration {
        if (!server.id().equals(member.id())) {
            throw new IllegalArgumentException("server " + server.id() + " registers as member " + member.id());
        }
        if (formatVersion < 1 || spaceLimitBytes < 0 || chunkSizeLimitBytes < 1) {
            throw new IllegalArgumentException("server " + server.id() + " registers with format " + formatVersion
                    + ", " + spaceLimitBytes + " bytes of space and chunks up to " + chunkSizeLimitBytes
                    + " bytes, which cannot be");
        }
        if (heartbeatInterval.isNegative()) {
            throw new IllegalArgumentException(
                    "server " + server.id() + " registers with heartbeats every " + heartbeatInterval);
        }
    }
}
