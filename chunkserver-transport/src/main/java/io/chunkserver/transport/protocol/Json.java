package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A header's bytes and the JSON object in them. */
final class Json {

    /** How deep values may be nested; no message of ours goes beyond 5. */
    private static final int MAX_DEPTH = 16;

    /** How long a number may be, in characters; the longest double has 24. */
    private static final int MAX_NUMBER_CHARACTERS = 32;

    // Field names of a peer's choice must not pile up in tables that outlive the message.
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_CHARACTERS)
                            .build())
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** The value in UTF-8; half of a surrogate pair, which UTF-8 cannot say, becomes a question mark. */
    static ByteBuffer bytes(JsonNode value) {
        try {
            return ByteBuffer.wrap(MAPPER.writeValueAsString(value).getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON nodes cannot be written", e);
        }
    }

    /**
     * Reads the object that fills the header.
     *
     * @param what the message, for the sentence of an error
     */
    static FieldReader read(String what, ByteBuffer header) throws ChunkServerException {
        JsonNode tree;
        try {
            tree = MAPPER.readTree(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(header.duplicate())
                    .toString());
        } catch (CharacterCodingException e) {
            throw malformed(what + " is not UTF-8");
        } catch (JsonProcessingException e) {
            throw malformed(what + " is not a JSON object: " + e.getOriginalMessage());
        }
        if (!(tree instanceof ObjectNode object)) {
            throw malformed(what + " is not a JSON object");
        }
        return new FieldReader(what, object);
    }

    static ChunkServerException malformed(String message) {
        return Failure.of(ErrorCode.PROTOCOL_ERROR, Limits.cut(message)).toException();
    }
}
