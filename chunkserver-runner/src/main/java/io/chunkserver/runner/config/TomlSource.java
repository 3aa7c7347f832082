package io.chunkserver.runner.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Reads a TOML file against the list of settings; what does not fit becomes a problem, and reading goes on. */
final class TomlSource {

    private final Path file;
    private final List<ConfigProblem> problems;

    /**
     * A source for one file.
     *
     * @param problems gets what is wrong
     */
    TomlSource(Path file, List<ConfigProblem> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** The values of all known keys, as texts. */
    List<GivenValue> read() {
        TomlParseResult toml;
        try {
            toml = Toml.parse(file);
        } catch (NoSuchFileException e) {
            problems.add(wholeFile("the configuration file does not exist", "a TOML file"));
            return List.of();
        } catch (IOException e) {
            problems.add(wholeFile("the configuration file cannot be read: " + reason(e), "a TOML file"));
            return List.of();
        }
        for (TomlParseError error : toml.errors()) {
            problems.add(new ConfigProblem(origin(error.position()), "", "", String.valueOf(error.getMessage()), ""));
        }
        List<GivenValue> given = new ArrayList<>();
        for (String name : new TreeSet<>(toml.keySet())) {
            readTable(toml, name, given);
        }
        return given;
    }

    private String reason(IOException e) {
        if (Files.isDirectory(file)) {
            return "it is a directory";
        }
        if (e instanceof CharacterCodingException) {
            return "it is not UTF-8 text";
        }
        return e instanceof AccessDeniedException ? "permission is denied" : String.valueOf(e.getMessage());
    }

    private void readTable(TomlTable root, String name, List<GivenValue> given) {
        List<String> path = List.of(name);
        boolean known =
                Settings.ALL.stream().anyMatch(setting -> setting.table().equals(name));
        if (!(root.get(path) instanceof TomlTable table)) {
            problems.add(known ? notATable(root, path) : unknown(root, path));
            return;
        }
        if (!known) {
            problems.add(unknown(root, path));
            return;
        }
        for (String key : new TreeSet<>(table.keySet())) {
            readKey(root, List.of(name, key), given);
        }
    }

    private void readKey(TomlTable root, List<String> path, List<GivenValue> given) {
        Optional<Setting<?>> found = Settings.ALL.stream()
                .filter(setting -> setting.name().equals(String.join(".", path)))
                .findFirst();
        if (found.isEmpty()) {
            problems.add(unknown(root, path));
            return;
        }
        Setting<?> setting = found.get();
        Object value = root.get(path);
        Origin origin = origin(root.inputPositionOf(path));
        if (value == null || setting.kind().tomlTypes().stream().noneMatch(type -> type.isInstance(value))) {
            String complaint = article(typeName(value)) + " is not expected here";
            problems.add(new ConfigProblem(origin, setting.name(), shown(value), complaint, setting.allowed()));
            return;
        }
        given.add(new GivenValue(setting, text(value), origin));
    }

    /** What is no text in an array is refused by its parser, like any other wrong value. */
    private static String text(Object value) {
        return value instanceof TomlArray array
                ? array.toList().stream().map(String::valueOf).collect(Collectors.joining(ValueKind.SEPARATOR))
                : value.toString();
    }

    private ConfigProblem unknown(TomlTable root, List<String> path) {
        String what = path.size() == 1 && root.get(path) instanceof TomlTable ? "unknown table" : "unknown key";
        String suggestion =
                nearest(path).map(name -> "; did you mean " + name + "?").orElse("");
        return new ConfigProblem(
                origin(root.inputPositionOf(path)),
                String.join(".", path),
                shown(root.get(path)),
                what + suggestion,
                String.join(", ", path.size() == 1 ? tables() : keys(path.get(0))));
    }

    /** A key that someone put into the wrong table, else a table or a key of this table that is spelt alike. */
    private static Optional<String> nearest(List<String> path) {
        String last = path.get(path.size() - 1);
        Optional<String> elsewhere = Settings.ALL.stream()
                .filter(setting -> setting.key().equals(last))
                .map(Setting::name)
                .findFirst();
        if (elsewhere.isPresent()) {
            return elsewhere;
        }
        return path.size() == 1
                ? NearestName.of(last, tables())
                : NearestName.of(last, keys(path.get(0))).map(key -> path.get(0) + "." + key);
    }

    private static List<String> tables() {
        return Settings.ALL.stream().map(Setting::table).distinct().toList();
    }

    private static List<String> keys(String table) {
        return Settings.ALL.stream()
                .filter(setting -> setting.table().equals(table))
                .<String>map(Setting::key)
                .toList();
    }

    private ConfigProblem notATable(TomlTable root, List<String> path) {
        return new ConfigProblem(
                origin(root.inputPositionOf(path)),
                path.get(0),
                shown(root.get(path)),
                "a table is expected",
                "[" + path.get(0) + "]");
    }

    private ConfigProblem wholeFile(String complaint, String allowed) {
        return new ConfigProblem(new Origin.FileLine(file, 1), "", "", complaint, allowed);
    }

    private Origin origin(@Nullable TomlPosition position) {
        return new Origin.FileLine(file, position == null ? 1 : position.line());
    }

    private static String shown(@Nullable Object value) {
        if (value instanceof TomlTable || value instanceof TomlArray) {
            return "";
        }
        return value instanceof String text ? '"' + text + '"' : String.valueOf(value);
    }

    private static String typeName(@Nullable Object value) {
        if (value instanceof String) {
            return "string";
        }
        if (value instanceof Long) {
            return "integer";
        }
        if (value instanceof Double) {
            return "float";
        }
        if (value instanceof Boolean) {
            return "boolean";
        }
        if (value instanceof TomlArray) {
            return "array";
        }
        return value instanceof TomlTable ? "table" : "date";
    }

    private static String article(String noun) {
        return ("aei".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
    }
}
