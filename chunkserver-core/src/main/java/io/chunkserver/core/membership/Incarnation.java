package io.chunkserver.core.membership;

import io.chunkserver.core.model.ServerId;
import java.util.UUID;

/**
 * One run of a server: what a master tells two servers of one name apart by, and a server from its own past.
 *
 * @param id        the server's name
 * @param uuid      the identity of its data directory
 * @param bootCount grows with each start on that directory; comparable only between equal {@code uuid}s
 */
public record Incarnation(ServerId id, UUID uuid, long bootCount) {

    public Incarnation {
        if (bootCount < 1) {
            throw new IllegalArgumentException("boot count " + bootCount + " of server " + id + " is below 1");
        }
    }

    /** Whether both are runs on the same data directory. */
    public boolean isSameDirectory(Incarnation other) {
        return id.equals(other.id) && uuid.equals(other.uuid);
    }

    @Override
    public String toString() {
        return id + " (directory " + uuid + ", boot " + bootCount + ")";
    }
}
