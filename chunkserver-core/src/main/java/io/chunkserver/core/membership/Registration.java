package io.chunkserver.core.membership;

import io.chunkserver.core.model.Member;

/**
 * A server presents itself to a master.
 *
 * @param server              which run of which server
 * @param member              how others reach it and where it stands
 * @param formatVersion       the format of the chunk files that it writes
 * @param spaceLimitBytes     what its chunks may take on disk
 * @param chunkSizeLimitBytes the longest chunk that it takes
 */
public record Registration(
        Incarnation server, Member member, int formatVersion, long spaceLimitBytes, long chunkSizeLimitBytes) {

    public Registration {
        if (!server.id().equals(member.id())) {
            throw new IllegalArgumentException("server " + server.id() + " registers as member " + member.id());
        }
        if (formatVersion < 1 || spaceLimitBytes < 0 || chunkSizeLimitBytes < 1) {
            throw new IllegalArgumentException("server " + server.id() + " registers with format " + formatVersion
                    + ", " + spaceLimitBytes + " bytes of space and chunks up to " + chunkSizeLimitBytes
                    + " bytes, which cannot be");
        }
    }
}
