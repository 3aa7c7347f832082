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
 * <p><b>None is missing, and none is old.</b> Each directory remembers which others its server has, and the last start that had all of them.
 * A server does not start without one of them, with an empty one in its place, as when a disk is not mounted, or with an older copy: it
 * would take chunks anew that it has newer versions of. An operator who has lost one for good says so; from then on it is no directory of
 * this server, also if it comes back. A start that is refused for any of this has changed nothing.
 */
public final class DataDirectories {

    private static final Logger LOG = LoggerFactory.getLogger(DataDirectories.class);

    private DataDirectories() {}

    /** A directory as it is found. */
    private record Found(DataDirectory.Builder directory, Optional<ServerIdentity> identity, boolean used) {

        private static Found in(DataDirectory.Builder directory) throws IOException {
            Optional<ServerIdentity> identity = directory.look();
            boolean lone = identity.map(known -> known.set().isLone()).orElse(true);
            return new Found(directory, identity, !lone || directory.isUsed());
        }

        /** It belongs to a server already, which counts as soon as it has something in it. */
        private Optional<ServerIdentity> member() {
            return identity.filter(known -> used);
        }

        @Override
        public String toString() {
            return directory.toString();
        }
    }

    /**
     * What the directories say of themselves, together.
     *
     * @param name    the server's, if one of them tells
     * @param latest  the identity that knows the set of directories best; empty when all are new
     * @param missing directories of the set that are given up
     */
    private record Survey(
            List<Found> all, Optional<ServerId> name, Optional<ServerIdentity> latest, List<UUID> missing) {}

    /**
     * Whether they could be opened together, as far as they say themselves. Changes nothing.
     *
     * @throws ChunkServerException.Unusable as {@link #open}
     */
    public static void check(List<DataDirectory.Builder> directories, Set<UUID> givenUp) throws IOException {
        survey(directories, givenUp);
    }

    /**
     * Opens them all, or none. New ones join the server.
     *
     * @param directories at least one, in the order that the operator gave
     * @param givenUp     ids of directories that are lost for good
     * @return in the same order
     * @throws ChunkServerException.Unusable with {@code BAD_CONFIGURATION} when one is missing, older than the others, was given up before or
     *     is there twice, with {@code WRONG_SERVER} when they belong to different servers, and as {@link DataDirectory.Builder#open}
     */
    public static List<DataDirectory> open(List<DataDirectory.Builder> directories, Set<UUID> givenUp)
            throws IOException {
        Survey survey = survey(directories, givenUp);
        List<DataDirectory> open = new ArrayList<>();
        try {
            Optional<ServerId> name = survey.name();
            for (Found found : survey.all()) {
                name.ifPresent(found.directory()::serverIdUnlessConfigured);
                DataDirectory directory = found.directory().open();
                open.add(directory);
                name = Optional.of(directory.identity().serverId());
                checkUnchanged(found, directory);
            }
            join(open, survey);
            warnOfSharedFileSystems(open);
            return List.copyOf(open);
        } catch (IOException | RuntimeException e) {
            open.forEach(directory -> directory.closeAfter(e));
            throw e;
        }
    }

    private static Survey survey(List<DataDirectory.Builder> directories, Set<UUID> givenUp) throws IOException {
        List<Found> all = new ArrayList<>();
        for (DataDirectory.Builder directory : directories) {
            all.add(Found.in(directory));
        }
        Optional<ServerId> name = all.stream()
                .flatMap(found -> found.identity().stream())
                .map(ServerIdentity::serverId)
                .findFirst();
        Optional<ServerIdentity> latest = all.stream()
                .flatMap(found -> found.member().stream())
                .max(Comparator.comparingLong(identity -> identity.set().generation()));
        if (all.size() == 1 && latest.map(identity -> identity.set().isLone()).orElse(true)) {
            return new Survey(all, name, latest, List.of());
        }
        checkDistinct(all);
        checkOneServer(all);
        List<UUID> present = all.stream()
                .flatMap(found -> found.identity().stream())
                .map(ServerIdentity::uuid)
                .toList();
        List<UUID> missing = latest.stream()
                .flatMap(identity -> identity.set().members().stream())
                .filter(known -> !present.contains(known))
                .toList();
        if (latest.isPresent()) {
            checkComplete(missing, givenUp, all, latest.get());
            checkNoneReturned(all, latest.get());
            checkNoneIsOld(all);
        }
        checkNoneGivenUp(all, givenUp);
        return new Survey(all, name, latest, missing);
    }

    /** Between the look and the lock another process may have had it. */
    private static void checkUnchanged(Found found, DataDirectory open) throws ChunkServerException {
        boolean changed = found.identity()
                .filter(before -> before.bootCount() + 1 != open.identity().bootCount())
                .isPresent();
        if (changed) {
            throw Failure.of(
                            ErrorCode.DIRECTORY_LOCKED,
                            "directory " + open + " was in use by another server a moment ago")
                    .withHint("see what else runs on it")
                    .toException();
        }
    }

    private static void join(List<DataDirectory> open, Survey survey) throws IOException {
        ServerIdentity like = survey.latest().orElse(open.get(0).identity());
        if (open.size() == 1 && like.set().isLone()) {
            return;
        }
        long boot = open.stream()
                .mapToLong(directory -> directory.identity().bootCount())
                .max()
                .orElseThrow();
        // What is configured now counts, not what the latest set was remembered with.
        ServerIdentity server = open.stream()
                .map(DataDirectory::identity)
                .filter(identity -> identity.uuid().equals(like.uuid()))
                .findFirst()
                .orElseThrow()
                .atBoot(boot);
        DirectorySet set = like.set()
                .with(open.stream()
                        .map(directory -> directory.identity().uuid())
                        .toList());
        // Those that know each other first: after a crash in between the new ones are still new to all.
        List<DataDirectory> order = new ArrayList<>();
        for (boolean used : List.of(true, false)) {
            for (int i = 0; i < open.size(); i++) {
                if (survey.all().get(i).used() == used) {
                    order.add(open.get(i));
                }
            }
        }
        for (DataDirectory directory : order) {
            directory.join(set, server);
        }
        // All have the boot count of this start, so that none with a lower one is of this server any more.
        for (DataDirectory directory : order) {
            directory.join(set.startedAt(boot), server);
        }
        if (!survey.missing().isEmpty()) {
            LOG.warn(
                    "server {} gives up its directories {}: what only they had is lost to it, and a master has it copied from elsewhere",
                    server.serverId(),
                    survey.missing());
        }
    }

    private static void warnOfSharedFileSystems(List<DataDirectory> open) {
        Map<Object, DataDirectory> seen = new HashMap<>();
        for (DataDirectory directory : open) {
            DataDirectory other = seen.putIfAbsent(directory.fileSystem(), directory);
            if (other != null) {
                LOG.warn(
                        "data directories {} and {} are on one file system: they fail together, and when it is nearly full each promises all"
                                + " that it has left; give each a disk of its own",
                        other,
                        directory);
            }
        }
    }

    private static void checkDistinct(List<Found> all) throws ChunkServerException {
        Map<UUID, Found> seen = new HashMap<>();
        for (Found found : all) {
            Found twin = found.identity()
                    .map(identity -> seen.putIfAbsent(identity.uuid(), found))
                    .orElse(null);
            if (twin != null) {
                throw Failure.of(
                                ErrorCode.BAD_CONFIGURATION,
                                "directories " + twin + " and " + found
                                        + " have the same id: one is the other, or a copy of it")
                        .withHint("name the one that the server used last, once, and move a copy away")
                        .toException();
            }
        }
    }

    private static void checkOneServer(List<Found> all) throws ChunkServerException {
        Found first = null;
        for (Found found : all) {
            if (found.member().isEmpty()) {
                continue;
            }
            first = first == null ? found : first;
            ServerIdentity one = first.member().orElseThrow();
            ServerIdentity other = found.member().orElseThrow();
            if (!one.serverUuid().equals(other.serverUuid())) {
                throw Failure.of(
                                ErrorCode.WRONG_SERVER,
                                "directories " + first + " and " + found + " have data of two servers, "
                                        + one.serverId()
                                        + " and " + other.serverId() + ": " + one.serverUuid() + " and "
                                        + other.serverUuid())
                        .withHint("give each server its own directories; a directory that is to be added must be empty")
                        .toException();
            }
        }
    }

    private static void checkComplete(List<UUID> missing, Set<UUID> givenUp, List<Found> all, ServerIdentity latest)
            throws ChunkServerException {
        List<UUID> wanted =
                missing.stream().filter(known -> !givenUp.contains(known)).toList();
        if (!wanted.isEmpty()) {
            boolean one = wanted.size() == 1;
            throw Failure.of(
                            ErrorCode.BAD_CONFIGURATION,
                            "server " + latest.serverId() + " has "
                                    + (one ? "another data directory, " : "other data directories, ")
                                    + wanted.stream().map(UUID::toString).collect(Collectors.joining(", "))
                                    + ", which " + (one ? "is" : "are") + " not among "
                                    + all.stream().map(Found::toString).collect(Collectors.joining(", ")))
                    .withHint(
                            "mount what is missing and name it; what is lost for good, or was emptied, give up with: serve "
                                    + wanted.stream()
                                            .map(id -> "--give-up-directory " + id)
                                            .collect(Collectors.joining(" ")))
                    .toException();
        }
    }

    private static void checkNoneReturned(List<Found> all, ServerIdentity latest) throws ChunkServerException {
        for (Found found : all) {
            if (found.member()
                    .filter(identity -> !latest.set().members().contains(identity.uuid()))
                    .isPresent()) {
                throw Failure.of(
                                ErrorCode.BAD_CONFIGURATION,
                                "directory " + found + " was given up by server " + latest.serverId()
                                        + ", which has gone on without it: its chunks may be older than those that are stored since")
                        .withHint("move its content away; empty, it can be added again")
                        .toException();
            }
        }
    }

    private static void checkNoneIsOld(List<Found> all) throws ChunkServerException {
        long lastStart = all.stream()
                .flatMap(found -> found.member().stream())
                .mapToLong(identity -> identity.set().lastStart())
                .max()
                .orElse(0);
        for (Found found : all) {
            if (found.member()
                    .filter(identity -> identity.bootCount() < lastStart)
                    .isPresent()) {
                throw Failure.of(
                                ErrorCode.BAD_CONFIGURATION,
                                "directory " + found + " is older than the others of server "
                                        + found.member().orElseThrow().serverId()
                                        + ", as a copy of it from before is: it lacks what was stored since, and has what was deleted")
                        .withHint(
                                "name the directory that the server used last; if that is lost, move the old copy away and give it up"
                                        + " with: serve --give-up-directory "
                                        + found.member().orElseThrow().uuid())
                        .toException();
            }
        }
    }

    private static void checkNoneGivenUp(List<Found> all, Set<UUID> givenUp) throws ChunkServerException {
        for (Found found : all) {
            if (found.identity()
                    .filter(identity -> givenUp.contains(identity.uuid()))
                    .isPresent()) {
                throw Failure.of(
                                ErrorCode.BAD_CONFIGURATION,
                                "directory " + found + " is to be given up, and is named and there")
                        .withHint("leave it out to give it up, or do not give it up")
                        .toException();
            }
        }
    }
}
