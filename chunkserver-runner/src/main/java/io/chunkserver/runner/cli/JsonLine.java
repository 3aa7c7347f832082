package io.chunkserver.runner.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object, written on one line with its members in the order in which they were added.
 *
 * <p>Values are numbers, truth values, other objects, lists of these, null, and everything else by its {@code toString}.
 */
final class JsonLine {

    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<String, @Nullable Object> members = new LinkedHashMap<>();

    private JsonLine() {}

    /** An answer of the kind and version that the tag names, such as {@code chunkserver.receipt/1}. */
    static JsonLine answer(String schema) {
        return new JsonLine().with("schema", schema);
    }

    /** An object within another. */
    static JsonLine part() {
        return new JsonLine();
    }

    JsonLine with(String name, @Nullable Object value) {
        members.put(name, value);
        return this;
    }

    @Override
    public String toString() {
        StringWriter line = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(line)) {
            write(generator, this);
        } catch (IOException e) {
            throw new UncheckedIOException("a StringWriter does not fail", e);
        }
        return line.toString();
    }

    private static void write(JsonGenerator generator, @Nullable Object value) throws IOException {
        if (value == null) {
            generator.writeNull();
        } else if (value instanceof JsonLine object) {
            generator.writeStartObject();
            for (Map.Entry<String, @Nullable Object> member : object.members.entrySet()) {
                generator.writeFieldName(member.getKey());
                write(generator, member.getValue());
            }
            generator.writeEndObject();
        } else if (value instanceof List<?> list) {
            generator.writeStartArray();
            for (Object element : list) {
                write(generator, element);
            }
            generator.writeEndArray();
        } else if (value instanceof Long || value instanceof Integer) {
            generator.writeNumber(((Number) value).longValue());
        } else if (value instanceof Double number) {
            generator.writeNumber(number);
        } else if (value instanceof Boolean truth) {
            generator.writeBoolean(truth);
        } else {
            generator.writeString(value.toString());
        }
    }
}
