package io.chunkserver.core.disk;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A data directory that is given to a server which runs.
 *
 * <p>It becomes one of the server's when the first of the others has its id on disk ({@link #join}). Before that nothing has changed, and a
 * start finds it new, named or not. From then on it belongs to the server, as those that were there when it was started: a start that does
 * not name it is refused, and one that does finds a directory in which nothing is stored yet, if the process died in between.
 */
public final class JoiningDirectory {

    private JoiningDirectory() {}

    /**
     * Whether an operator may mean this place: a directory that is there, so that neither a slip of the pen nor a disk that is not mounted
     * makes one elsewhere, and none inside of another data directory.
     *
     * @throws ChunkServerException.InvalidRequest with {@code INVALID_ARGUMENT} when it is not
     */
    public static void checkPlace(Path place) throws IOException {
        if (!place.isAbsolute()) {
            throw refused(place + " is not an absolute path", "name the directory by its whole path");
        }
        if (!Files.isDirectory(place)) {
            throw refused(
                    "there is no directory " + place, "mount the disk, make an empty directory on it, and name that");
        }
        if (!Files.isWritable(place)) {
            throw refused(
                    "directory " + place + " cannot be written",
                    "look at its permissions and at how its file system is mounted");
        }
        for (Path above = place.toRealPath().getParent(); above != null; above = above.getParent()) {
            if (Files.exists(above.resolve(DataDirectory.LOCK))
                    && Files.isDirectory(above.resolve(DataDirectory.CHUNKS))) {
                throw refused(
                        "directory " + place + " is inside of the data directory " + above,
                        "name a directory on a disk of its own");
            }
        }
    }

    /**
     * Opens a directory that is to be one of the server's, of which the others learn nothing yet. One that was about to join it before,
     * when a disk failed, is as good as a new one.
     *
     * @param members those that the server has open
     * @throws ChunkServerException.InvalidRequest with {@code INVALID_ARGUMENT} when it is not empty, belongs to a server, is one of these
     *     or a copy of one, or when there are {@link DirectorySet#MAX_MEMBERS} already; nothing was changed then
     * @throws ChunkServerException.Unusable as {@link DataDirectory.Builder#open}
     */
    public static DataDirectory open(List<DataDirectory> members, DataDirectory.Builder joining) throws IOException {
        check(members, joining);
        joining.serverIdUnlessConfigured(latest(members).serverId());
        DataDirectory opened = joining.open();
        try {
            // Between the look and the lock another process may have had it.
            check(members, joining);
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    /**
     * Has all know each other, durably, on full disks too. When it fails, some may and others not: a start with all of them mends that, and
     * so does doing it again, with this directory or another one in its place.
     *
     * @param members those that the server has open, without the one that joins them
     */
    public static void join(List<DataDirectory> members, DataDirectory joining) throws IOException {
        ServerIdentity latest = latest(members);
        List<UUID> ids = Stream.concat(members.stream(), Stream.of(joining))
                .map(directory -> directory.identity().uuid())
                .toList();
        // All have the boot count of this start, the one that joins too.
        DirectorySet set = latest.set().with(ids).startedAt(latest.bootCount());
        // The new one last: until then it is new to a start that names it, and has nothing that another server could
        // miss.
        for (DataDirectory member : members) {
            member.remember(set);
        }
        joining.join(set, members.get(0).identity());
    }

    private static ServerIdentity latest(List<DataDirectory> members) {
        return members.stream()
                .map(DataDirectory::identity)
                .max(Comparator.comparingLong(identity -> identity.set().generation()))
                .orElseThrow();
    }

    private static void check(List<DataDirectory> members, DataDirectory.Builder joining) throws IOException {
        if (members.size() >= DirectorySet.MAX_MEMBERS) {
            throw refused(
                    "the server has " + members.size() + " data directories already, and can have no more",
                    "run another server on the further disks");
        }
        Optional<ServerIdentity> found = joining.look();
        for (DataDirectory member : members) {
            if (found.filter(
                            identity -> identity.uuid().equals(member.identity().uuid()))
                    .isPresent()) {
                throw refused(
                        "directory " + joining + " has the id of " + member + ": it is that one, or a copy of it",
                        "name an empty directory");
            }
        }
        if (found.filter(identity -> isExpected(identity, latest(members))).isPresent()) {
            return;
        }
        if (joining.isUsed()
                || found.filter(identity -> !identity.set().isLone()).isPresent()) {
            throw refused(
                    "directory " + joining + " has data already"
                            + found.map(identity ->
                                            ", of server " + identity.serverId() + " (" + identity.serverUuid() + ")")
                                    .orElse(""),
                    "name an empty directory, or move its content away");
        }
        List<Path> others = joining.foreign();
        if (!others.isEmpty()) {
            throw refused(
                    "directory " + joining + " is not empty: " + others.size() + " names are in it, " + others.get(0)
                            + " is one",
                    "name an empty directory");
        }
    }

    /** It is in the set and not open: its joining was not completed, and nothing was ever stored in it. */
    private static boolean isExpected(ServerIdentity found, ServerIdentity server) {
        return found.serverUuid().equals(server.serverUuid())
                && server.set().members().contains(found.uuid());
    }

    private static ChunkServerException refused(String message, String hint) {
        return Failure.of(ErrorCode.INVALID_ARGUMENT, message).withHint(hint).toException();
    }
}
