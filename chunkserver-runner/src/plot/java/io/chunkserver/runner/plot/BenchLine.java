package io.chunkserver.runner.plot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One answer of {@code bench}, as far as it is drawn.
 *
 * @param number     of the line in its file, from 1
 * @param operation  put, get or pread
 * @param movedBytes by each operation
 * @param replicas   copies of each chunk
 * @param durability sync, os, or empty when nothing was stored
 * @param errors     operations that failed
 */
record BenchLine(
        int number,
        String operation,
        long movedBytes,
        int threads,
        int replicas,
        String durability,
        double mebibytesPerSecond,
        long errors) {

    private static final String SCHEMA = "chunkserver.bench/1";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads a file of answers, one per line; empty lines are skipped.
     *
     * @throws MalformedLineException when a line is something else, or there is none
     */
    static List<BenchLine> readAll(Path file) throws IOException, MalformedLineException {
        List<BenchLine> lines = new ArrayList<>();
        int number = 0;
        for (String text : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            number++;
            if (text.isBlank()) {
                continue;
            }
            try {
                lines.add(parse(number, text));
            } catch (MalformedLineException e) {
                throw new MalformedLineException(file + ", line " + number + ": " + e.getMessage());
            }
        }
        if (lines.isEmpty()) {
            throw new MalformedLineException(file + " has no line of bench -o json");
        }
        return lines;
    }

    private static BenchLine parse(int number, String text) throws MalformedLineException {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new MalformedLineException("this is not JSON: " + e.getOriginalMessage());
        }
        String schema = json.path("schema").asText();
        if (!schema.equals(SCHEMA)) {
            throw new MalformedLineException(
                    "this is no answer of bench: its schema is \"" + schema + "\", not \"" + SCHEMA + "\"");
        }
        double mebibytesPerSecond = number(json, "mebibytesPerSecond", 0).doubleValue();
        return new BenchLine(
                number,
                text(json, "op"),
                number(json, "movedBytes", 1).longValue(),
                number(json, "threads", 1).intValue(),
                number(json, "replicas", 1).intValue(),
                json.path("durability").isNull() ? "" : text(json, "durability"),
                mebibytesPerSecond,
                number(json, "errors", 0).longValue());
    }

    /** Figures of a run with errors compare with no others: operations that fail take another time than those that do their work. */
    boolean comparable() {
        return errors == 0;
    }

    private static String text(JsonNode json, String field) throws MalformedLineException {
        JsonNode value = json.path(field);
        if (!value.isTextual()) {
            throw new MalformedLineException(field + " is missing or no text");
        }
        return value.textValue();
    }

    private static Number number(JsonNode json, String field, int atLeast) throws MalformedLineException {
        JsonNode value = json.path(field);
        if (!value.isNumber() || value.doubleValue() < atLeast) {
            throw new MalformedLineException(field + " is missing or no number from " + atLeast + " up");
        }
        return value.numberValue();
    }
}
