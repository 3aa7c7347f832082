package io.chunkserver.runner.cli;

import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.config.Durations;
import io.chunkserver.runner.config.Sizes;
import io.chunkserver.runner.status.StatusWords;
import io.chunkserver.transport.protocol.ServerStatus;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;

/** What is told about a server. */
final class StatusAnswer {

    private StatusAnswer() {}

    /** The same over HTTP. */
    static final class Words implements StatusWords {

        @Override
        public String text(ServerStatus status) {
            return of(status).text();
        }

        @Override
        public String json(ServerStatus status) {
            return of(status).json().toString();
        }
    }

    static Answer of(ServerStatus status) {
        ServerStatus.Space space = status.space();
        List<ServerId> chain = status.lastChain();
        String text = "server " + status.serverId() + " at " + status.address() + ", location " + status.location()
                + "\nstate:        " + status.state() + (status.reason().isEmpty() ? "" : ": " + status.reason())
                + "\nchunks:       " + status.chunks() + ", deleted ones remembered: " + status.tombstones()
                + "\nspace:        " + SpaceAnswer.text(space)
                + directories(status)
                + "\ntransactions: " + status.openTransactions() + " open, " + status.inDoubt() + " in doubt"
                + "\nlast chain:   " + (chain.isEmpty() ? "none" : join(chain))
                + masters(status)
                + "\nscrub:        " + ScrubAnswer.describe(status.scrub())
                + (status.takenOut() + status.lostChunks() == 0
                        ? ""
                        : "\ndamage:       " + Quantity.copies(status.takenOut()) + " taken out of service, "
                                + ScrubAnswer.notHere(status.lostChunks()))
                + "\nchunk limit:  " + Sizes.exact(status.chunkSizeLimitBytes()) + ", durability "
                + status.durability().word()
                + "\nup for:       " + Durations.exact(status.uptime().truncatedTo(ChronoUnit.SECONDS)) + ", version "
                + status.version();
        return new Answer(text, json(status, chain));
    }

    private static String directories(ServerStatus status) {
        return status.directories().stream()
                .map(directory -> "\ndirectory:    " + directory.path() + ", " + state(directory) + ", "
                        + Quantity.chunks(directory.chunks()) + " in "
                        + Sizes.readable(directory.space().usedBytes()) + ", "
                        + Sizes.readable(directory.space().freeBytes()) + " free on its disk, id " + directory.uuid())
                .collect(Collectors.joining());
    }

    private static String state(ServerStatus.Directory directory) {
        return directory.state().equals("draining") && directory.left() == 0
                ? "empty: the next start can leave it out and give it up"
                : directory.slow() ? directory.state() + ", " + directory.reason() : directory.state();
    }

    private static List<JsonLine> directoriesAsJson(ServerStatus status) {
        return status.directories().stream()
                .map(directory -> JsonLine.part()
                        .with("uuid", directory.uuid())
                        .with("path", directory.path())
                        .with("state", directory.state())
                        .with("reason", directory.reason())
                        .with("chunks", directory.chunks())
                        .with("tombstones", directory.tombstones())
                        .with("pending", directory.pending())
                        .with("slow", directory.slow())
                        .with("space", SpaceAnswer.add(directory.space(), JsonLine.part())))
                .toList();
    }

    private static String masters(ServerStatus status) {
        return status.masters().stream()
                .map(master -> "\nmaster:       " + master.address()
                        + (master.registered() ? ", registered" : ", not registered: " + master.reason()))
                .collect(Collectors.joining());
    }

    private static List<JsonLine> mastersAsJson(ServerStatus status) {
        return status.masters().stream()
                .map(master -> JsonLine.part()
                        .with("address", master.address())
                        .with("registered", master.registered())
                        .with("reason", master.reason()))
                .toList();
    }

    private static String join(List<ServerId> chain) {
        return chain.stream().map(ServerId::value).collect(Collectors.joining(" -> "));
    }

    private static JsonLine json(ServerStatus status, List<ServerId> chain) {
        ServerStatus.Space space = status.space();
        return JsonLine.answer("chunkserver.status/1")
                .with("serverId", status.serverId())
                .with("address", status.address())
                .with("uuid", status.uuid())
                .with("x", status.location().x())
                .with("y", status.location().y())
                .with("state", status.state())
                .with("reason", status.reason())
                .with("chunks", status.chunks())
                .with("tombstones", status.tombstones())
                .with("space", SpaceAnswer.add(space, JsonLine.part()))
                .with("directories", directoriesAsJson(status))
                .with("openTransactions", status.openTransactions())
                .with("inDoubt", status.inDoubt())
                .with("lastChain", chain)
                .with("masters", mastersAsJson(status))
                .with("takenOut", status.takenOut())
                .with("lostChunks", status.lostChunks())
                .with("scrub", ScrubAnswer.json(status.scrub(), JsonLine.part()))
                .with("chunkSizeLimitBytes", status.chunkSizeLimitBytes())
                .with("durability", status.durability().word())
                .with("uptimeMillis", status.uptime().toMillis())
                .with("version", status.version());
    }
}
