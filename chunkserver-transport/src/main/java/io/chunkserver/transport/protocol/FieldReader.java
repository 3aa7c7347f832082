package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.error.ChunkServerException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object. A field that is missing or of the wrong type is a {@code PROTOCOL_ERROR} that names it; a field that
 * nobody asks for is ignored, so that later versions can add some. A field that is null counts as missing.
 *
 * <p>A value of the right type that is out of its range is an {@link IllegalArgumentException}, of which the reader of the message
 * makes a failure.
 */
final class FieldReader {

    /** Reads an object out of its fields. */
    interface ObjectReader<T> {
        T read(FieldReader fields) throws ChunkServerException;
    }

    private static final long MAX_CRC32C = 0xFFFF_FFFFL;

    private final String what;
    private final ObjectNode object;

    FieldReader(String what, ObjectNode object) {
        this.what = what;
        this.object = object;
    }

    boolean has(String field) {
        return object.hasNonNull(field);
    }

    String text(String field) throws ChunkServerException {
        return text(field, required(field));
    }

    String text(String field, String otherwise) throws ChunkServerException {
        return has(field) ? text(field) : otherwise;
    }

    /** A text that stands for a value of the domain. */
    <T> T value(String field, Function<String, T> parser) throws ChunkServerException {
        return parser.apply(text(field));
    }

    <T> @Nullable T valueOrNull(String field, Function<String, T> parser) throws ChunkServerException {
        return has(field) ? value(field, parser) : null;
    }

    UUID uuid(String field) throws ChunkServerException {
        String text = text(field);
        // The JDK also reads shortened forms.
        if (text.length() != 36) {
            throw new IllegalArgumentException("field \"" + field + "\" of " + what + " is no UUID");
        }
        return UUID.fromString(text);
    }

    @Nullable
    UUID uuidOrNull(String field) throws ChunkServerException {
        return has(field) ? uuid(field) : null;
    }

    /** The constant whose name in lower case is the field's word. */
    <E extends Enum<E>> E word(String field, Class<E> type) throws ChunkServerException {
        String word = text(field);
        for (E constant : type.getEnumConstants()) {
            if (word(constant).equals(word)) {
                return constant;
            }
        }
        throw Json.malformed("field \"" + field + "\" of " + what + " has the unknown word " + Limits.quote(word));
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    long number(String field) throws ChunkServerException {
        JsonNode node = required(field);
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw wrongType(field, "a whole number of at most 63 bits");
        }
        return node.longValue();
    }

    @Nullable
    Long numberOrNull(String field) throws ChunkServerException {
        return has(field) ? number(field) : null;
    }

    /** A whole number from 0. */
    long count(String field) throws ChunkServerException {
        return within(field, 0, Long.MAX_VALUE);
    }

    int smallCount(String field) throws ChunkServerException {
        return (int) within(field, 0, Integer.MAX_VALUE);
    }

    int crc32c(String field) throws ChunkServerException {
        return (int) within(field, 0, MAX_CRC32C);
    }

    long within(String field, long least, long most) throws ChunkServerException {
        long number = number(field);
        if (number < least || number > most) {
            throw new IllegalArgumentException("field \"" + field + "\" of " + what + " is " + number
                    + "; it must be within " + least + " to " + most);
        }
        return number;
    }

    double real(String field) throws ChunkServerException {
        JsonNode node = required(field);
        if (!node.isNumber()) {
            throw wrongType(field, "a number");
        }
        return node.doubleValue();
    }

    boolean flag(String field) throws ChunkServerException {
        JsonNode node = required(field);
        if (!node.isBoolean()) {
            throw wrongType(field, "true or false");
        }
        return node.booleanValue();
    }

    FieldReader object(String field) throws ChunkServerException {
        return asObject(field, required(field));
    }

    <T> List<T> objects(String field, ObjectReader<T> reader) throws ChunkServerException {
        List<T> values = new ArrayList<>();
        for (JsonNode element : array(field)) {
            values.add(reader.read(asObject(field, element)));
        }
        return values;
    }

    <T> List<T> values(String field, Function<String, T> parser) throws ChunkServerException {
        List<T> values = new ArrayList<>();
        for (JsonNode element : array(field)) {
            values.add(parser.apply(text(field, element)));
        }
        return values;
    }

    List<Integer> numbers(String field) throws ChunkServerException {
        List<Integer> values = new ArrayList<>();
        for (JsonNode element : array(field)) {
            if (!element.isIntegralNumber() || !element.canConvertToInt()) {
                throw wrongType(field, "an array of whole numbers");
            }
            values.add(element.intValue());
        }
        return values;
    }

    /** An object whose values are all texts. */
    Map<String, String> texts(String field) throws ChunkServerException {
        Map<String, String> values = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : object(field).object.properties()) {
            values.put(wellFormed(field, entry.getKey()), text(field, entry.getValue()));
        }
        return values;
    }

    private JsonNode required(String field) throws ChunkServerException {
        JsonNode node = object.get(field);
        if (node == null || node.isNull()) {
            throw Json.malformed("field \"" + field + "\" of " + what + " is missing");
        }
        return node;
    }

    private JsonNode array(String field) throws ChunkServerException {
        JsonNode node = required(field);
        if (!node.isArray()) {
            throw wrongType(field, "an array");
        }
        return node;
    }

    private FieldReader asObject(String field, JsonNode node) throws ChunkServerException {
        if (!(node instanceof ObjectNode fields)) {
            throw wrongType(field, "an object");
        }
        return new FieldReader("\"" + field + "\" of " + what, fields);
    }

    private String text(String field, JsonNode node) throws ChunkServerException {
        if (!node.isTextual()) {
            throw wrongType(field, "a text");
        }
        return wellFormed(field, node.textValue());
    }

    /** JSON can spell half a surrogate pair, which would change on its way through UTF-8. */
    private String wellFormed(String field, String text) throws ChunkServerException {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw wrongType(field, "valid Unicode");
        }
        return text;
    }

    private ChunkServerException wrongType(String field, String expected) {
        return Json.malformed("field \"" + field + "\" of " + what + " must be " + expected);
    }
}
