package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.Sizes;
import io.chunkserver.transport.protocol.ServerStatus;
import io.chunkserver.transport.protocol.ServerStatus.Space;

/** What is told about a server's space. */
final class SpaceAnswer {

    private SpaceAnswer() {}

    static Answer of(ServerStatus status) {
        Space space = status.space();
        String text = "server " + status.serverId() + " at " + status.address()
                + "\nlimit:        " + Sizes.readable(space.limitBytes())
                + "\nused:         " + Sizes.readable(space.usedBytes())
                + "\nreserved:     " + Sizes.readable(space.reservedBytes())
                + "\nfree on disk: " + Sizes.readable(space.freeBytes())
                + "\navailable:    " + Sizes.readable(space.availableBytes())
                + "\nlevel:        " + space.level()
                + "\nstate:        " + status.state() + (status.reason().isEmpty() ? "" : ": " + status.reason())
                + drift(space, "\n");
        JsonLine json = JsonLine.answer("chunkserver.space/1")
                .with("serverId", status.serverId())
                .with("address", status.address());
        return new Answer(text, add(space, json).with("state", status.state()).with("reason", status.reason()));
    }

    /** The numbers in one line. */
    static String text(Space space) {
        return Sizes.readable(space.availableBytes()) + " available of " + Sizes.readable(space.limitBytes())
                + "; used " + Sizes.readable(space.usedBytes()) + ", reserved " + Sizes.readable(space.reservedBytes())
                + ", free on disk " + Sizes.readable(space.freeBytes()) + "; " + space.level() + drift(space, "; ");
    }

    private static String drift(Space space, String before) {
        return space.driftBytes() == 0
                ? ""
                : before + "defect: books and disk differ by " + space.driftBytes() + " bytes, see the server's log";
    }

    static JsonLine add(Space space, JsonLine json) {
        return json.with("limitBytes", space.limitBytes())
                .with("usedBytes", space.usedBytes())
                .with("reservedBytes", space.reservedBytes())
                .with("freeBytes", space.freeBytes())
                .with("availableBytes", space.availableBytes())
                .with("driftBytes", space.driftBytes())
                .with("level", space.level());
    }
}
