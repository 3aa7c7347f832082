package io.chunkserver.runner.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.space.SpaceConfig;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {

    @TempDir
    private Path directory;

    @Test
    void defaultsHoldWhenNothingIsGiven() throws Exception {
        RunnerConfig config = load("", Map.of(), Map.of()).config();
        assertThat(config)
                .isEqualTo(new RunnerConfig(
                        null,
                        null,
                        List.of(Path.of("data/chunks")),
                        Path.of("data/chunks/server_info.json"),
                        1024L * 1024 * 1024,
                        new ServerAddress("127.0.0.1", 0),
                        null,
                        new ServerAddress("127.0.0.1", 0),
                        Durability.SYNC,
                        Duration.ofSeconds(5),
                        List.of(),
                        null,
                        Duration.ofSeconds(30),
                        64L * 1024 * 1024,
                        SpaceConfig.DEFAULT,
                        ScrubConfig.DEFAULT,
                        new SecurityConfig(null, null)));
    }

    @Test
    void severalDataDirectoriesTakeThePlaceOfOne() throws Exception {
        RunnerConfig config = load("chunk_server.data_dirs = [\"/d1\", \"/d2\"]\n", Map.of(), Map.of())
                .config();
        assertThat(config.dataDirs()).containsExactly(Path.of("/d1"), Path.of("/d2"));
        assertThat(config.serverInfoFile()).isEqualTo(Path.of("/d1/server_info.json"));
        assertThat(load(
                                "chunk_server.data_dirs = [\"/d1\"]\nchunk_server.data_dir = \"/d1\"\n",
                                Map.of("CHUNKSERVER_DATA_DIRS", "/d1,/d2"),
                                Map.of())
                        .config()
                        .dataDirs())
                .containsExactly(Path.of("/d1"), Path.of("/d2"));
    }

    @Test
    void aDataDirectoryThatIsNamedTwiceIsAProblemHoweverItIsNamed() throws IOException {
        Path real = Files.createDirectories(directory.resolve("real"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), real);
        for (Path twin : List.of(link, directory.resolve("other/../real"), real.resolve("inside"))) {
            assertThat(problems("chunk_server.data_dirs = [\"" + real + "\", \"" + twin + "\"]\n", Map.of(), Map.of()))
                    .as(twin.toString())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.complaint()).startsWith("it is, or lies in, "));
        }
    }

    @Test
    void aDataDirectoryThatIsNotAmongSeveralIsAProblem() {
        assertThat(problems(
                        "chunk_server.data_dir = \"/d0\"\nchunk_server.data_dirs = [\"/d1\", \"/d2\"]\n",
                        Map.of(),
                        Map.of()))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.key()).isEqualTo("chunk_server.data_dir");
                    assertThat(problem.complaint()).isEqualTo("it is not one of chunk_server.data_dirs");
                    assertThat(problem.allowed()).startsWith("/d1,/d2");
                });
    }

    @Test
    void readsTheSpecifiedFile() throws Exception {
        RunnerConfig config = load("""
                        [chunk_server]
                        data_dir = "data/chunks"
                        heartbeat_interval = 5
                        server_info_file = "data/chunks/server_info.json"
                        space_limit_mb = 1024
                        """, Map.of(), Map.of()).config();
        assertThat(config.spaceLimitBytes()).isEqualTo(1024L * 1024 * 1024);
        assertThat(config.heartbeatInterval()).hasSeconds(5);
    }

    @Test
    void serverInfoFileFollowsTheDataDirectory() throws Exception {
        assertThat(load("", Map.of(), Map.of(Settings.DATA_DIR, "elsewhere"))
                        .config()
                        .serverInfoFile())
                .isEqualTo(Path.of("elsewhere", "server_info.json"));
    }

    @Test
    void flagBeatsVariableBeatsFileBeatsDefault() throws Exception {
        String toml = "[chunk_server]\nx = 1.0\ny = 1\nspace_limit_mb = 10\n";
        Map<String, String> environment = Map.of("CHUNKSERVER_Y", "2", "CHUNKSERVER_SPACE_LIMIT_MB", "20");
        LoadedConfig loaded = load(toml, environment, Map.of(Settings.SPACE_LIMIT, "30"));

        assertThat(loaded.config().location()).contains(new Location(1, 2));
        assertThat(loaded.config().spaceLimitBytes()).isEqualTo(30 * Sizes.MEBIBYTE);
        assertThat(origins(loaded))
                .containsEntry("chunk_server.x", file() + ":2")
                .containsEntry("chunk_server.y", "CHUNKSERVER_Y")
                .containsEntry("chunk_server.space_limit_mb", "--space")
                .containsEntry("chunk_server.listen", "default");
    }

    @Test
    void mastersComeFromOneSource() {
        assertThat(problems("[master]\nzookeeper = \"z:1/x\"\n", Map.of(), Map.of(Settings.MASTERS, "h:1")))
                .singleElement()
                .asString()
                .startsWith(file() + ":2: master.zookeeper = z:1/x: masters are named by master.addresses already");
    }

    @Test
    void emptyVariableCountsAsNotSet() throws Exception {
        assertThat(load("", Map.of("CHUNKSERVER_SERVER_ID", ""), Map.of())
                        .config()
                        .serverId())
                .isEmpty();
    }

    @Test
    void unknownKeyIsAProblemWithItsPlaceAndTheNearestKnownKey() {
        assertThat(problems("[chunk_server]\n\nspace_limit = 5\n", Map.of(), Map.of()))
                .singleElement()
                .asString()
                .startsWith(file() + ":3: chunk_server.space_limit = 5: unknown key;")
                .contains("did you mean chunk_server.space_limit_mb?");
    }

    @Test
    void keyOutsideItsTableIsShownItsTable() {
        assertThat(problems("data_dir = 'x'\n", Map.of(), Map.of()))
                .singleElement()
                .asString()
                .contains(":1: data_dir = \"x\": unknown key; did you mean chunk_server.data_dir?");
    }

    @Test
    void aCertificateWithoutItsKeyIsAProblemWithItsPlace() {
        assertThat(problems("[security]\ntls_cert = 'own.pem'\n", Map.of(), Map.of()))
                .singleElement()
                .asString()
                .startsWith(file() + ":2: security.tls_cert = ")
                .contains("own.pem", "goes with security.tls_key, which is not set");
        assertThat(problems("", Map.of("CHUNKSERVER_SECURITY_TLS_KEY", "own.key"), Map.of()))
                .singleElement()
                .asString()
                .contains("CHUNKSERVER_SECURITY_TLS_KEY", "goes with security.tls_cert, which is not set");
    }

    @Test
    void unknownTableIsAProblem() {
        assertThat(problems("[chunkserver]\nx = 1\n", Map.of(), Map.of()))
                .singleElement()
                .asString()
                .contains("unknown table; did you mean chunk_server?");
    }

    @Test
    void everyProblemOfEverySourceIsNamedAtOnce() {
        String toml = """
                [chunk_server]
                x = "left"
                space_limit_mb = 0
                heartbeat_interval = true
                colour = "red"
                [limits]
                chunk_size_limit = "2GiB"
                """;
        List<ConfigProblem> problems = problems(
                toml, Map.of("CHUNKSERVER_LISTEN", "nowhere"), Map.of(Settings.DURABILITY, "hope", Settings.Y, "NaN"));
        assertThat(problems)
                .extracting(ConfigProblem::key)
                .containsExactlyInAnyOrder(
                        "chunk_server.x",
                        "chunk_server.space_limit_mb",
                        "chunk_server.heartbeat_interval",
                        "chunk_server.colour",
                        "limits.chunk_size_limit",
                        "chunk_server.listen",
                        "chunk_server.durability",
                        "chunk_server.y");
        assertThat(problems).allSatisfy(problem -> {
            assertThat(problem.value()).isNotEmpty();
            assertThat(problem.allowed()).isNotEmpty();
        });
    }

    @Test
    void problemsOfTheFileComeFirstInTheOrderOfItsLines() {
        String toml = """
                [limits]
                chunk_size_limit = "2GiB"
                [colours]
                [chunk_server]
                y = "left"
                space_limit_mb = 0
                x = true
                durability = "hope"
                data_dri = "d"
                """;
        assertThat(problems(
                        toml,
                        Map.of("CHUNKSERVER_LISTEN", "nowhere"),
                        Map.of(Settings.DURABILITY, "hope", Settings.X, "NaN", Settings.DRAIN_TIMEOUT, "soon")))
                .extracting(problem -> problem.origin().toString())
                .containsExactly(
                        file() + ":2",
                        file() + ":3",
                        file() + ":5",
                        file() + ":6",
                        file() + ":7",
                        file() + ":8",
                        file() + ":9",
                        "CHUNKSERVER_LISTEN",
                        "--x",
                        "--durability",
                        "--drain-timeout");
    }

    @Test
    void unknownVariablesAreProblemsWithTheNearestKnownOne() {
        assertThat(problems("", Map.of("CHUNKSERVER_DATADIR", "x", "CHUNKSERVER_COLOUR", "red"), Map.of()))
                .extracting(ConfigProblem::toString)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("CHUNKSERVER_COLOUR: unknown variable; allowed: "),
                        second -> assertThat(second)
                                .startsWith("CHUNKSERVER_DATADIR: unknown variable; did you mean CHUNKSERVER_DATA_DIR?;"
                                        + " allowed: CHUNKSERVER_SERVER_ID, ")
                                .endsWith(", CHUNKSERVER_CONFIG"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CHUNKSERVER_CONFIG",
                "CHUNKSERVER_SERVICE_HOST",
                "CHUNKSERVER_SERVICE_PORT_DATA",
                "CHUNKSERVER_PORT",
                "CHUNKSERVER_PORT_7001_TCP_ADDR",
                "CHUNKSERVER_1_SERVICE_HOST",
                "CHUNKSERVER_ADMIN_PORT_7002_TCP",
                "OTHER_COLOUR"
            })
    void variablesThatAreNoSettingsOfAServerAreLeftAlone(String variable) {
        assertThat(problems("", Map.of(variable, "x"), Map.of())).isEmpty();
    }

    @Test
    void overriddenMistakeIsStillAMistake() {
        assertThat(problems("[chunk_server]\nx = 'left'\n", Map.of(), Map.of(Settings.X, "1")))
                .hasSize(1);
    }

    @Test
    void brokenTomlIsNamedWithItsLine() {
        assertThat(problems("[chunk_server]\nx = \n", Map.of(), Map.of()))
                .first()
                .asString()
                .startsWith(file() + ":2: ");
    }

    @Test
    void everyWrongElementOfAListIsNamedAndHidesNothingElse() {
        assertThat(problems("[master]\naddresses = ['a:1', 'b:99999', 'c']\nzookeeper = 'z:1/x'\n", Map.of(), Map.of()))
                .extracting(ConfigProblem::toString)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .contains(
                                        ":2: master.addresses",
                                        "port 99999 of host b is not",
                                        "; ",
                                        "\"c\" is not written"),
                        second -> assertThat(second)
                                .contains(":3: master.zookeeper = z:1/x: masters are named by master.addresses"));
    }

    @Test
    void aFileThatIsNoTextIsSaidToBeNone() throws IOException {
        Files.write(file(), new byte[] {'#', (byte) 0xff, (byte) 0xfe, '\n'});
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> new ConfigLoader(Map.of()).load(file(), Map.of()))
                .withMessageContaining("cannot be read: it is not UTF-8 text");
    }

    @Test
    void missingFileIsAProblem() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> new ConfigLoader(Map.of()).load(directory.resolve("none.toml"), Map.of()))
                .withMessageContaining("does not exist");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> new ConfigLoader(Map.of()).load(directory, Map.of()))
                .withMessageContaining("is a directory");
    }

    private LoadedConfig load(String toml, Map<String, String> environment, Map<Setting<?>, String> flags)
            throws IOException, ConfigException {
        Files.writeString(file(), toml);
        return new ConfigLoader(environment).load(file(), flags);
    }

    @Test
    void thresholdsThatContradictEachOtherAreNamedWhereTheyAreSetBesideAllOtherProblems() {
        assertThat(problems(
                        "[thresholds]\nwarn_percent = 97\nread_only_percent = 90\ncritical_percent = 80\nhysteresis_percent = 101\n",
                        Map.of(),
                        Map.of()))
                .extracting(ConfigProblem::toString)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .contains(":3: thresholds.read_only_percent = 90")
                                .contains("below thresholds.warn_percent = 97", "allowed: 97 to 100"),
                        second -> assertThat(second)
                                .contains(":4: thresholds.critical_percent = 80", "below thresholds.read_only_percent"),
                        third -> assertThat(third).contains(":5: thresholds.hysteresis_percent = 101"));
        assertThat(problems("", Map.of("CHUNKSERVER_THRESHOLDS_WARN_PERCENT", "96"), Map.of()))
                .singleElement()
                .asString()
                .contains("CHUNKSERVER_THRESHOLDS_WARN_PERCENT", "above thresholds.read_only_percent = 95", "1 to 95");
        assertThat(problems("[thresholds]\nwarn_percent = 2\n", Map.of(), Map.of()))
                .singleElement()
                .asString()
                .contains("thresholds.hysteresis_percent = 2", "not below thresholds.warn_percent = 2", "0 to 1");
    }

    private List<ConfigProblem> problems(String toml, Map<String, String> environment, Map<Setting<?>, String> flags) {
        try {
            load(toml, environment, flags);
            return List.of();
        } catch (ConfigException e) {
            return e.problems();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path file() {
        return directory.resolve("chunkserver.toml");
    }

    private static Map<String, String> origins(LoadedConfig loaded) {
        return loaded.settings().stream()
                .collect(java.util.stream.Collectors.toMap(
                        EffectiveSetting::name, setting -> setting.origin().toString()));
    }
}
