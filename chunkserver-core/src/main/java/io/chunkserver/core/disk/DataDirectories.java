package io.chunkserver.core.disk;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the data directories of one server together.
 *
 * <p><b>None is missing.</b> Each directory remembers which others its server has. A server does not start without one of them, nor with an
 * empty one in its place, as when a disk is not mounted: it would take chunks anew that the missing one has newer versions of. An operator
 * who has lost one for good says so; from then on it is no directory of this server, also if it comes back.
 */
public final class DataDirectories {

    private static final Logger LOG = LoggerFactory.getLogger(DataDirectories.class);

    private DataDirectories() {}

    /**
     * Opens them all, or none. New ones join the server.
     *
     * @param directories at least one, in the order that the operator gave
     * @param givenUp     ids of directories that are lost for good
     * @return in the same order
     * @throws ChunkServerException.Unusable with {@code BAD_CONFIGURATION} when one is missing, was given up before or is there twice, with
     *     {@code WRONG_SERVER} when they belong to different servers, and as {@link DataDirectory.Builder#open}
     */
    public static List<DataDirectory> open(List<DataDirectory.Builder> directories, Set<UUID> givenUp)
            throws IOException {
        Optional<ServerId> owner = Optional.empty();
        for (DataDirectory.Builder directory : directories) {
            owner = owner.isPresent() ? owner : directory.owner();
        }
        List<DataDirectory> open = new ArrayList<>();
        try {
            for (DataDirectory.Builder directory : directories) {
                owner.ifPresent(directory::serverId);
                open.add(directory.open());
                owner = Optional.of(open.get(0).identity().serverId());
            }
            join(open, givenUp);
            return List.copyOf(open);
        } catch (IOException | RuntimeException e) {
            open.forEach(directory -> directory.closeAfter(e));
            throw e;
        }
    }

    private static void join(List<DataDirectory> open, Set<UUID> givenUp) throws IOException {
        if (open.size() == 1 && open.get(0).identity().set().isLone()) {
            return;
        }
        checkDistinct(open);
        List<DataDirectory> used = new ArrayList<>();
        for (DataDirectory directory : open) {
            if (!directory.identity().set().isLone() || directory.isUsed()) {
                used.add(directory);
            }
        }
        checkOneServer(used);
        ServerIdentity latest = used.stream()
                .map(DataDirectory::identity)
                .max(Comparator.comparingLong(identity -> identity.set().generation()))
                .orElse(open.get(0).identity());
        Set<UUID> present =
                open.stream().map(directory -> directory.identity().uuid()).collect(Collectors.toSet());
        List<UUID> missing = latest.set().members().stream()
                .filter(known -> !present.contains(known))
                .toList();
        checkComplete(missing, givenUp, open, latest);
        checkNoneReturned(used, latest);
        long boot = open.stream()
                .mapToLong(directory -> directory.identity().bootCount())
                .max()
                .orElseThrow();
        DirectorySet set = latest.set().with(present);
        // Those that know each other first: after a crash in between the new ones are still new to all.
        List<DataDirectory> order = new ArrayList<>(used);
        open.stream().filter(directory -> !used.contains(directory)).forEach(order::add);
        for (DataDirectory directory : order) {
            directory.join(set, latest.atBoot(boot));
        }
        if (!missing.isEmpty()) {
            LOG.warn(
                    "server {} gives up its directories {}: chunks that only they had are lost to it, and a master has them copied from"
                            + " elsewhere",
                    latest.serverId(),
                    missing);
        }
    }

    private static void checkDistinct(List<DataDirectory> open) throws ChunkServerException {
        Map<UUID, DataDirectory> seen = new HashMap<>();
        for (DataDirectory directory : open) {
            DataDirectory twin = seen.putIfAbsent(directory.identity().uuid(), directory);
            if (twin != null) {
                throw Failure.of(
                                ErrorCode.BAD_CONFIGURATION,
                                "directories " + twin + " and " + directory + " have the same id, "
                                        + directory.identity().uuid() + ": one is a copy of the other")
                        .withHint("name the one that the server used last, and move the other away")
                        .toException();
            }
        }
    }

    private static void checkOneServer(List<DataDirectory> used) throws ChunkServerException {
        for (DataDirectory directory : used) {
            ServerIdentity first = used.get(0).identity();
            if (!directory.identity().serverUuid().equals(first.serverUuid())) {
                throw Failure.of(
                                ErrorCode.WRONG_SERVER,
                                "directories " + used.get(0) + " and " + directory
                                        + " have data of two servers, both named "
                                        + first.serverId() + ": " + first.serverUuid() + " and "
                                        + directory.identity().serverUuid())
                        .withHint("give each server its own directories; a directory that is to be added must be empty")
                        .toException();
            }
        }
    }

    private static void checkComplete(
            List<UUID> missing, Set<UUID> givenUp, List<DataDirectory> open, ServerIdentity latest)
            throws ChunkServerException {
        List<UUID> wanted =
                missing.stream().filter(known -> !givenUp.contains(known)).toList();
        if (!wanted.isEmpty()) {
            throw Failure.of(
                            ErrorCode.BAD_CONFIGURATION,
                            "server " + latest.serverId() + " has "
                                    + (wanted.size() == 1 ? "another data directory, " : "other data directories, ")
                                    + wanted.stream().map(UUID::toString).collect(Collectors.joining(", "))
                                    + ", which " + (wanted.size() == 1 ? "is" : "are") + " not among "
                                    + open.stream().map(DataDirectory::toString).collect(Collectors.joining(", ")))
                    .withHint("mount its disk and name the directory; if it is lost for good, give it up with:"
                            + " serve --give-up-directory " + wanted.get(0))
                    .toException();
        }
    }

    private static void checkNoneReturned(List<DataDirectory> used, ServerIdentity latest) throws ChunkServerException {
        for (DataDirectory directory : used) {
            if (!latest.set().members().contains(directory.identity().uuid())) {
                throw Failure.of(
                                ErrorCode.BAD_CONFIGURATION,
                                "directory " + directory + " was given up by server " + latest.serverId()
                                        + ", which has gone on without it: its chunks may be older than those that are stored since")
                        .withHint("move its content away; empty, it can be added again")
                        .toException();
            }
        }
    }
}
