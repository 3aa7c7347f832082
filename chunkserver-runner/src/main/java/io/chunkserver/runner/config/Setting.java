package io.chunkserver.runner.config;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be configured: its name in every source, what values it takes and what holds without one.
 *
 * @param <T>      the type of its value
 * @param table    the TOML table
 * @param key      the key in that table
 * @param flag     the long option, or null where the command line has none
 * @param kind     the values it takes
 * @param standard the value that holds when none is given, or null when the setting then stays open
 * @param purpose  what it decides, in one phrase
 */
public record Setting<T>(
        String table,
        String key,
        @Nullable String flag,
        ValueKind<T> kind,
        @Nullable T standard,
        String purpose) {

    /** What the names of all variables begin with. */
    static final String VARIABLE_PREFIX = "CHUNKSERVER_";

    /** The table whose settings have the short form of environment variable. */
    private static final String MAIN_TABLE = "chunk_server";

    /** The setting in full, {@code table.key}. */
    public String name() {
        return table + "." + key;
    }

    /** The environment variable: {@code CHUNKSERVER_KEY}, and outside the main table {@code CHUNKSERVER_TABLE_KEY}. */
    public String variable() {
        String full = table.equals(MAIN_TABLE) ? key : table + "_" + key;
        return VARIABLE_PREFIX + full.toUpperCase(Locale.ROOT);
    }

    /** What is allowed, in words. */
    public String allowed() {
        return kind.allowed();
    }

    /** The long option on the command line. */
    public Optional<String> option() {
        return Optional.ofNullable(flag);
    }

    /** The value that holds when none is given, as text. */
    public Optional<String> standardText() {
        return standard == null ? Optional.empty() : Optional.of(kind.writer().apply(standard));
    }

    T parse(String text) {
        return kind.parser().apply(text);
    }
}
