package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.scrub.ScrubStatus;
import io.chunkserver.runner.config.Durations;
import io.chunkserver.runner.config.Sizes;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.ServerStatus;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** What is told about the examination of a server's chunks. */
final class ScrubAnswer {

    private ScrubAnswer() {}

    static Answer of(ServerAddress server, ScrubStatus scrub) {
        return new Answer(
                "server at " + server + ": " + describe(scrub),
                json(scrub, JsonLine.answer("chunkserver.scrub/1").with("server", server.toString())));
    }

    /** With the chunks that are not there at all, which a scrub does not meet. */
    static Answer of(ServerAddress server, ServerStatus status) {
        ScrubStatus scrub = status.scrub();
        return new Answer(
                "server at " + server + ": " + describe(scrub)
                        + (status.lostChunks() == 0 ? "" : "; " + notHere(status.lostChunks())),
                json(scrub, JsonLine.answer("chunkserver.scrub/1").with("server", server.toString()))
                        .with("lostChunks", status.lostChunks()));
    }

    /** Chunks that are not there. */
    static String notHere(long lostChunks) {
        return Quantity.chunks(lostChunks) + " not here that should be";
    }

    /** One line for a person. */
    static String describe(ScrubStatus scrub) {
        return progress(scrub)
                + "; damaged " + scrub.damaged() + ", unreadable " + scrub.unreadable() + ", files of no chunk "
                + scrub.strays();
    }

    private static String progress(ScrubStatus scrub) {
        if (scrub.running()) {
            Duration left = scrub.left().orElse(Duration.ZERO).truncatedTo(ChronoUnit.SECONDS);
            return "running, examined " + scrub.chunks() + " of " + Quantity.chunks(scrub.totalChunks()) + ", "
                    + Sizes.readable(scrub.bytes()) + " of " + Sizes.readable(scrub.totalBytes()) + ", "
                    + Durations.exact(left) + " left";
        }
        return scrub.ended()
                .map(at -> "examined " + Quantity.chunks(scrub.chunks()) + " of " + Sizes.readable(scrub.bytes())
                        + ", last done " + at.truncatedTo(ChronoUnit.SECONDS))
                .orElse("not examined yet");
    }

    /** The same as fields. */
    static JsonLine json(ScrubStatus scrub, JsonLine line) {
        line.with("running", scrub.running())
                .with("chunks", scrub.chunks())
                .with("totalChunks", scrub.totalChunks())
                .with("scrubbedBytes", scrub.bytes())
                .with("totalBytes", scrub.totalBytes())
                .with("damaged", scrub.damaged())
                .with("unreadable", scrub.unreadable())
                .with("strays", scrub.strays());
        scrub.started().ifPresent(at -> line.with("started", at.toString()));
        scrub.ended().ifPresent(at -> line.with("ended", at.toString()));
        scrub.left().ifPresent(left -> line.with("leftMillis", left.toMillis()));
        return line;
    }

    /** As that of {@code fsck}: damage before what could not be read. */
    static int exitCode(ScrubStatus scrub, long lostChunks) {
        if (scrub.damaged() + lostChunks > 0) {
            return ErrorCode.CORRUPT.exitCode();
        }
        return scrub.unreadable() > 0 ? ErrorCode.DISK_FAILED.exitCode() : ExitCodes.OK;
    }
}
