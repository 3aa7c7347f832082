package io.chunkserver.core.disk;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The data directories of one server, as each of them remembers them: so that a directory which is missing is told from one that the
 * server never had.
 *
 * @param serverUuid the server that they belong to; that of the first directory it had
 * @param generation how often the set was changed: a directory that was given up and comes back knows an older one
 * @param lastStart  the boot count of the last start that had all of them: one with a lower boot count is an old copy
 * @param members    their own ids, in order; at least one
 */
public record DirectorySet(UUID serverUuid, long generation, long lastStart, List<UUID> members) {

    /** As many disks as one machine has, and more. */
    public static final int MAX_MEMBERS = 64;

    public DirectorySet {
        if (generation < 0 || lastStart < 0) {
            throw new IllegalArgumentException(
                    "generation " + generation + " and last start " + lastStart + " are not both 0 or above");
        }
        members = List.copyOf(new TreeSet<>(members));
        if (members.isEmpty() || members.size() > MAX_MEMBERS) {
            throw new IllegalArgumentException(members.size() + " directories are not within 1 to " + MAX_MEMBERS);
        }
    }

    /** A server with this directory alone. */
    public static DirectorySet of(UUID only) {
        return new DirectorySet(only, 0, 0, List.of(only));
    }

    /** The same server with these directories and no others. */
    DirectorySet with(Collection<UUID> directories) {
        DirectorySet next =
                new DirectorySet(serverUuid, Math.addExact(generation, 1), lastStart, List.copyOf(directories));
        return next.members.equals(members) ? this : next;
    }

    /** All of them are there and have this boot count. */
    DirectorySet startedAt(long boot) {
        return isLone() ? this : new DirectorySet(serverUuid, generation, boot, members);
    }

    /** Whether the server never had another directory: then this says no more than the directory's own id does. */
    boolean isLone() {
        return generation == 0;
    }
}
