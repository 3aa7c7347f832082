package io.chunkserver.runner.config;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every setting can be given in every source and arrives in the configuration: no key is read and then forgotten. */
class SettingsTest {

    /** For each setting a value, as TOML, that is not its default. */
    private static final Map<Setting<?>, String> SAMPLES = Map.ofEntries(
            entry(Settings.SERVER_ID, "\"chunk1\""),
            entry(Settings.X, "10.5"),
            entry(Settings.Y, "20"),
            entry(Settings.DATA_DIR, "\"other\""),
            entry(Settings.DATA_DIRS, "[\"other\", \"d2\"]"),
            entry(Settings.SERVER_INFO_FILE, "\"info.json\""),
            entry(Settings.SPACE_LIMIT, "2048"),
            entry(Settings.LISTEN, "\"[::1]:7000\""),
            entry(Settings.ADVERTISE, "\"chunk1.example:7000\""),
            entry(Settings.ADMIN_LISTEN, "\"127.0.0.1:7070\""),
            entry(Settings.DURABILITY, "\"os\""),
            entry(Settings.HEARTBEAT_INTERVAL, "7"),
            entry(Settings.MASTERS, "[\"[::1]:7001\", \"m.example:7001\"]"),
            entry(Settings.ZOOKEEPER, "\"[::1]:7002,z.example:2181/other\""),
            entry(Settings.DRAIN_TIMEOUT, "\"500ms\""),
            entry(Settings.CHUNK_SIZE_LIMIT, "\"1GiB\""),
            entry(Settings.TOMBSTONE_AGE, "\"24h\""),
            entry(Settings.WARN_PERCENT, "80"),
            entry(Settings.READ_ONLY_PERCENT, "90"),
            entry(Settings.CRITICAL_PERCENT, "99"),
            entry(Settings.HYSTERESIS_PERCENT, "3"),
            entry(Settings.SCRUB_RATE, "\"1MiB\""),
            entry(Settings.SCRUB_INTERVAL, "\"36h\""),
            entry(Settings.QUARANTINE_RETENTION, "\"24h\""),
            entry(Settings.TLS_CERTIFICATE, "\"own.pem\""),
            entry(Settings.TLS_KEY, "\"own.key\""),
            entry(Settings.TLS_AUTHORITY, "\"authority.pem\""),
            entry(Settings.SECRET_FILE, "\"secret\""));

    /** Settings that another one needs beside it. */
    private static final Map<Setting<?>, Setting<?>> COMPANIONS =
            Map.of(Settings.TLS_CERTIFICATE, Settings.TLS_KEY, Settings.TLS_KEY, Settings.TLS_CERTIFICATE);

    @TempDir
    private Path directory;

    /** The value as a flag or a variable carries it. */
    private static String plain(String toml) {
        String values = toml.startsWith("[") ? toml.substring(1, toml.length() - 1) : toml;
        return values.replace("\"", "");
    }

    static Stream<Setting<?>> settings() {
        return Settings.ALL.stream();
    }

    @Test
    void everyConstantIsListedAndHasASample() throws IllegalAccessException {
        List<Object> constants = new ArrayList<>();
        for (Field field : Settings.class.getFields()) {
            if (field.getType().equals(Setting.class)) {
                constants.add(field.get(null));
            }
        }
        assertThat(constants).containsExactlyElementsOf(Settings.ALL);
        assertThat(SAMPLES.keySet()).containsExactlyInAnyOrderElementsOf(Settings.ALL);
    }

    @Test
    void everyPartOfTheConfigurationCanBeSet() throws Exception {
        RunnerConfig standard = new ConfigLoader(Map.of()).load(null, Map.of()).config();
        Map<Setting<?>, String> flags = new HashMap<>();
        SAMPLES.forEach((setting, toml) -> flags.put(setting, plain(toml)));
        // Masters come from one source, so each of the two is left out once.
        RunnerConfig named = loadWithout(Settings.ZOOKEEPER, flags);
        RunnerConfig other = loadWithout(Settings.MASTERS, flags).withMasters(named.masters());
        for (RecordComponent part : RunnerConfig.class.getRecordComponents()) {
            assertThat(part.getAccessor().invoke(other))
                    .as(part.getName())
                    .isNotNull()
                    .isNotEqualTo(part.getAccessor().invoke(standard));
        }
    }

    private static RunnerConfig loadWithout(Setting<?> setting, Map<Setting<?>, String> flags) throws ConfigException {
        Map<Setting<?>, String> others = new java.util.HashMap<>(flags);
        others.remove(setting);
        return new ConfigLoader(Map.of()).load(null, others).config();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void mapsFromFileVariableAndFlagAlike(Setting<?> setting) throws Exception {
        String toml = SAMPLES.get(setting);
        String text = plain(toml);
        Path file = Files.writeString(
                directory.resolve("c.toml"), "[" + setting.table() + "]\n" + setting.key() + " = " + toml + "\n");

        Map<String, String> beside = new HashMap<>();
        Setting<?> companion = COMPANIONS.get(setting);
        if (companion != null) {
            beside.put(companion.variable(), plain(SAMPLES.get(companion)));
        }
        RunnerConfig standard = new ConfigLoader(Map.of()).load(null, Map.of()).config();
        RunnerConfig fromFile = new ConfigLoader(beside).load(file, Map.of()).config();
        RunnerConfig fromFlag =
                new ConfigLoader(beside).load(null, Map.of(setting, text)).config();
        beside.put(setting.variable(), text);
        RunnerConfig fromVariable =
                new ConfigLoader(beside).load(null, Map.of()).config();

        assertThat(fromFile).isNotEqualTo(standard).isEqualTo(fromVariable).isEqualTo(fromFlag);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void standardIsAllowedAndReadsBack(Setting<?> setting) {
        readsBack(setting);
    }

    @Test
    void namesAreUnique() {
        assertThat(Settings.ALL).extracting(Setting::name).doesNotHaveDuplicates();
        assertThat(Settings.ALL).extracting(Setting::variable).doesNotHaveDuplicates();
        assertThat(Settings.ALL)
                .extracting(Setting::option)
                .filteredOn(option -> option.isPresent())
                .doesNotHaveDuplicates();
    }

    private static <T> void readsBack(Setting<T> setting) {
        if (setting.standard() != null) {
            String text = setting.kind().writer().apply(setting.standard());
            assertThat(setting.parse(text)).isEqualTo(setting.standard());
        }
    }
}
