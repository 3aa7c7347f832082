package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.scrub.ScrubStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How far a scrub has got, as a JSON object. */
final class ScrubJson {

    private ScrubJson() {}

    static ObjectNode encode(ScrubStatus scrub) {
        ObjectNode json = Json.object()
                .put("running", scrub.running())
                .put("chunks", scrub.chunks())
                .put("totalChunks", scrub.totalChunks())
                .put("bytes", scrub.bytes())
                .put("totalBytes", scrub.totalBytes())
                .put("damaged", scrub.damaged())
                .put("unreadable", scrub.unreadable())
                .put("strays", scrub.strays());
        scrub.started().ifPresent(at -> json.put("startedMillis", at.toEpochMilli()));
        scrub.ended().ifPresent(at -> json.put("endedMillis", at.toEpochMilli()));
        scrub.left().ifPresent(left -> json.put("leftMillis", left.toMillis()));
        return json;
    }

    static ScrubStatus decode(FieldReader fields) throws ChunkServerException {
        return new ScrubStatus(
                fields.flag("running"),
                fields.count("chunks"),
                fields.count("totalChunks"),
                fields.count("bytes"),
                fields.count("totalBytes"),
                fields.count("damaged"),
                fields.count("unreadable"),
                fields.count("strays"),
                instant(fields, "startedMillis"),
                instant(fields, "endedMillis"),
                Optional.ofNullable(fields.numberOrNull("leftMillis")).map(Duration::ofMillis));
    }

    private static Optional<Instant> instant(FieldReader fields, String field) throws ChunkServerException {
        return Optional.ofNullable(fields.numberOrNull(field)).map(Instant::ofEpochMilli);
    }
}
