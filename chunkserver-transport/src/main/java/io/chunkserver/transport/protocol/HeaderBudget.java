package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.transport.Frame;
import java.util.List;
import java.util.function.Function;

/** Cuts a list so that the message that holds it fits into a header. */
final class HeaderBudget {

    /** Room for what stands around the list: at most a chunk's id, whose path may double when it is quoted, and some numbers. */
    private static final int SURROUNDINGS_BYTES = 2560;

    private HeaderBudget() {}

    /** The first of these items, as many as fit into a response. */
    static <T> List<T> fitting(List<T> items, Function<T, ObjectNode> json) {
        return fitting(items, json, Frame.MAX_HEADER_BYTES);
    }

    /** The first of these items, as many as fit into a header of so many bytes. */
    static <T> List<T> fitting(List<T> items, Function<T, ? extends JsonNode> json, int headerBytes) {
        int roomBytes = headerBytes - SURROUNDINGS_BYTES;
        for (int i = 0; i < items.size(); i++) {
            roomBytes -= Json.bytes(json.apply(items.get(i))).remaining() + 1;
            if (roomBytes < 0) {
                return items.subList(0, i);
            }
        }
        return items;
    }
}
