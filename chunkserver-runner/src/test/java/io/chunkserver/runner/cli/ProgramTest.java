package io.chunkserver.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.testkit.TestAuthority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs no server: help, usage, configuration. */
class ProgramTest {

    @TempDir
    private Path directory;

    private final TestConsole console = new TestConsole();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "serve",
                "local-cluster",
                "demo",
                "put",
                "get",
                "chunk",
                "chunk put",
                "chunk get",
                "chunk stat",
                "chunk ls",
                "chunk rm",
                "status",
                "space",
                "fsck",
                "tx",
                "tx ls",
                "tx show",
                "drain",
                "resume",
                "bench",
                "config",
                "config check",
                "config show",
                "completion"
            })
    void helpOfEveryVerbListsOptionsAndExitCodes(String verb) {
        assertThat(console.run((verb + " --help").strip().split(" "))).isZero();
        assertThat(console.out())
                .contains("Usage: chunkserver " + (verb.isEmpty() ? "[" : verb))
                .contains("--config", "--output", "--progress", "--quiet", "--verbose", "--help", "--version")
                .contains("Exit codes:", "130/143");
        assertThat(console.err()).isEmpty();
    }

    @Test
    void helpNamesEveryExitCodeThatAFailureCanHave() {
        console.run("--help");
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(console.out()).containsPattern("\n *" + code.exitCode() + "   *[a-z]");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"put", "get", "status", "space", "chunk put", "chunk get", "chunk rm", "tx ls", "drain", "resume"
            })
    void helpSaysWhatAServerIs(String verb) {
        console.run((verb + " --help").split(" "));
        assertThat(console.out().replaceAll("\\s+", " "))
                .contains("--server=HOST:PORT A running chunk server, where it listens");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve --check", "config check"})
    void aMistypedVariableIsABadConfiguration(String verb) {
        assertThat(console.run(Map.of("CHUNKSERVER_DATADIR", "x"), verb.split(" ")))
                .isEqualTo(3);
        assertThat(console.err()).contains("CHUNKSERVER_DATADIR: unknown variable; did you mean CHUNKSERVER_DATA_DIR?");
    }

    /** As where the disk under a redirected answer is full. */
    @Test
    void anAnswerThatCannotBeWrittenIsAFailure() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int written) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(InputStream.nullInputStream(), full, err);
        assertThat(new Program(console, Map.of()).run("config", "check")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("standard output could not be written");
    }

    /** As with {@code | head -1}. */
    @Test
    void aReaderThatHasEnoughEndsItQuietlyAsASignalWould() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int written) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        for (String verb : List.of("config show", "-o json config check", "completion bash", "-V", "--help")) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Console console = new Console(InputStream.nullInputStream(), closed, err);
            assertThat(new Program(console, Map.of()).run(verb.split(" ")))
                    .as(verb)
                    .isEqualTo(141);
            assertThat(err.toString(StandardCharsets.UTF_8)).as(verb).isEmpty();
        }
    }

    @Test
    void aDataDirectoryThatIsAFileIsABadConfiguration() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        for (Path given : List.of(file, file.resolve("below"))) {
            assertThat(console.run("serve", "--data-dir", given.toString()))
                    .as("exit code of serve in %s", given)
                    .isEqualTo(3);
            assertThat(console.err()).contains("data directory " + given + " cannot be used");
        }
    }

    @Test
    void aDirectoryWhereAFileIsWantedIsWrongUsage() {
        assertThat(console.run("put", directory.toString(), "a/b", "--server", "127.0.0.1:1"))
                .isEqualTo(2);
        assertThat(console.err()).contains("file " + directory + " is a directory");
    }

    @Test
    void aFileWhoseDirectoryIsMissingIsWrongUsage() {
        Path file = directory.resolve("missing").resolve("file");
        assertThat(console.run("get", "a/b", file.toString(), "--server", "127.0.0.1:1"))
                .isEqualTo(2);
        assertThat(console.err()).contains("directory " + file.getParent() + " does not exist");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-such-verb | no-such-verb",
                "statu --server h:1 | did you mean status?",
                "sevre | did you mean serve?",
                "-o text gte a b | did you mean get?",
                "local-clutser | did you mean local-cluster?",
                "confg check | did you mean config?",
                "config chekc | did you mean check?",
                "serve --lsiten h:1 | did you mean --listen?",
                "serve --data-dri=d | did you mean --data-dir?",
                "chunk | subcommand",
                "status | --server",
                "status --server nowhere | HOST:PORT",
                "status --server h:0 | port 0",
                "status --server h:99999 | 99999",
                "chunk stat a --server h:1 | PATH#INDEX",
                "chunk stat a#-1 --server h:1 | indexes start at 0",
                "chunk stat a#x --server h:1 | index",
                "chunk stat ../a#0 --server h:1 | segment",
                "chunk stat /a//b#0 --server h:1 | segment",
                "put FILE ../up --server h:1 | segment",
                "put FILE a --chunk-size 0 --server h:1 | chunk size",
                "put FILE a --chunk-size 5MB --server h:1 | unit",
                "put FILE a | no server",
                "put FILE a --server h:1 --replica h:1 | h:1 is named twice",
                "put FILE a --replica h:1 --replica h:1 | h:1 is named twice",
                "put FILE a --server h:1 --durability hope | sync or os",
                "put FILE a --server h:1 --timeout soon | duration",
                "put FILE a --server h:1 --timeout 0s | no time",
                "put FILE a --server h:1 --timeout 601s | above 600s",
                "put NONE a --server 127.0.0.1:1 | does not exist",
                "tx show x --server h:1 | CLIENT:STARTED:SEQUENCE",
                "drain | --server",
                "drain --master h:1 | --server-id",
                "resume --server-id a | --master",
                "drain --server h:1 --server-id a --master h:1 | --server",
                "get a b --server h:1 --near 1,2 | --master",
                "put FILE a --server h:1 --near 1,2 | --master",
                "status --master h:1 --near 1,2 | --near",
                "get a b --master h:1 --near 1 | X,Y",
                "get a b --master h:1 --near 1,x | X,Y",
                "put FILE a --master h:1 --near 1,2,3 | X,Y",
                "bench | no server",
                "bench --server h:1 --op delete | delete",
                "bench --server h:1 --op get --durability os | --durability",
                "bench --server h:1 --op pread --durability os | --durability",
                "status --server h:1 --interval 1s | --watch",
                "bench --server h:1 --threads 0 | 1 to 1024, not 0",
                "bench --server h:1 --threads 1025 | 1 to 1024, not 1025",
                "bench --server h:1 --seconds 0 | --seconds is 1 or more",
                "bench --server h:1 --size 0 | moves nothing",
                "bench --server h:1 --op pread --read-size 0 | moves nothing",
                "bench --server h:1 --op pread --size 4KiB --read-size 8KiB | more than --size 4096",
                "local-cluster --servers 0 | 1 to 100",
                "local-cluster --servers many | many",
                "-o xml status --server h:1 | xml"
            })
    void wrongUsageIsExitCode2AndSaysWhy(String line, String reason) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "bytes");
        String[] arguments = line.replace("FILE", file.toString())
                .replace("NONE", directory.resolve("none").toString())
                .split(" ");
        assertThat(console.run(arguments)).isEqualTo(2);
        assertThat(console.err())
                .startsWith("error: ")
                .doesNotStartWithIgnoringCase("error: error")
                .contains(reason);
        assertThat(console.out()).isEmpty();
    }

    @Test
    void idOfTenThousandCharactersIsRefusedInOneShortMessage() {
        assertThat(console.run("chunk", "stat", "a".repeat(10_000) + "#0", "--server", "h:1"))
                .isEqualTo(2);
        assertThat(console.err()).contains("longer than 1024 bytes").hasSizeLessThan(500);
    }

    @Test
    void failureAsJsonIsOneLineOnStandardOutput() {
        assertThat(console.run("-o", "json", "chunk", "stat", "a#-1", "--server", "h:1"))
                .isEqualTo(2);
        assertThat(console.out())
                .startsWith("{\"error\":{\"code\":\"invalid_argument\",\"message\":\"")
                .endsWith("}}\n")
                .containsOnlyOnce("\n");
        assertThat(console.err()).isEmpty();
    }

    @Test
    void nobodyListeningIsExitCode5() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "bytes");
        assertThat(console.run("chunk", "put", file.toString(), "a#0", "--server", "127.0.0.1:1"))
                .isEqualTo(5);
        assertThat(console.err())
                .contains("chunk a#0: no connection to 127.0.0.1:1: connection refused; that was the last of ");
    }

    @Test
    void badConfigurationIsExitCode3WithFileLineKeyAndValue() throws IOException {
        Path file = Files.writeString(directory.resolve("c.toml"), "[chunk_server]\nspace_limit_mbb = 5\nx = 'left'\n");
        for (String verb : new String[] {"config check", "config show", "serve", "status --server h:1"}) {
            TestConsole each = new TestConsole();
            assertThat(each.run(("-c " + file + " " + verb).split(" "))).isEqualTo(3);
            assertThat(each.err())
                    .contains(file + ":2: chunk_server.space_limit_mbb = 5: unknown key; did you mean")
                    .contains(file + ":3: chunk_server.x = \"left\"");
        }
    }

    @Test
    void badConfigurationAsJsonHasOneEntryForEachProblem() throws IOException {
        Path file = Files.writeString(directory.resolve("c.toml"), "[chunk_server]\nspace_limit_mbb = 5\nx = 'left'\n");

        assertThat(console.run(
                        Map.of("CHUNKSERVER_DATADIR", "d"), ("-o json -c " + file + " config check --y up").split(" ")))
                .isEqualTo(3);

        assertThat(console.out())
                .startsWith("{\"error\":{\"code\":\"bad_configuration\",\"message\":\"" + file + ":2: ")
                .contains(
                        "\"hint\":\"\",\"problems\":[{\"file\":\"" + file + "\",\"line\":2,"
                                + "\"key\":\"chunk_server.space_limit_mbb\",\"value\":\"5\",\"message\":\"unknown key; did you mean",
                        "{\"file\":\"" + file + "\",\"line\":3,\"key\":\"chunk_server.x\",\"value\":",
                        "{\"option\":\"--y\",\"key\":\"chunk_server.y\",\"value\":\"up\",\"message\":\"a number is expected\"",
                        "{\"variable\":\"CHUNKSERVER_DATADIR\",\"message\":\"unknown variable; did you mean")
                .containsOnlyOnce("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config check", "serve --check"})
    void aCertificateThatIsNotThatOfTheKeyIsABadConfiguration(String verb) throws Exception {
        TestAuthority authority = new TestAuthority(directory);
        Path certificate = authority.memberAt("127.0.0.1").certificate().orElseThrow();
        Path key = authority.memberAt("127.0.0.1").key().orElseThrow();

        assertThat(console.run((verb + " --tls-cert " + certificate + " --tls-key " + key).split(" ")))
                .isEqualTo(3);

        assertThat(console.err())
                .contains("TLS certificate " + certificate + " does not belong to TLS key " + key, "hint: ");
    }

    @Test
    void configFileMayBeNamedByAVariable() throws IOException {
        Path file = Files.writeString(directory.resolve("c.toml"), "[chunk_server]\nx = 7\n");
        assertThat(console.run(Map.of("CHUNKSERVER_CONFIG", file.toString()), "config", "show", "--origins"))
                .isZero();
        assertThat(console.out()).contains("chunk_server.x = 7.0  (" + file + ":2)");
    }

    @Test
    void underscoreSpellingsAreUnderstood() {
        String[] masters = {"--master", "h1:7000", "--master", "h2:7000", "--x", "1", "--master", "h3:7000"};
        assertThat(console.run(Stream.concat(Stream.of("config", "show"), Stream.of(masters))
                        .toArray(String[]::new)))
                .isZero();
        assertThat(console.out()).as("a flag that is repeated").contains("addresses = h1:7000,h2:7000,h3:7000");
        assertThat(console.run("config", "show", "--server_id", "chunk1", "--data_dir", "d", "--space", "2048"))
                .isZero();
        assertThat(console.out())
                .contains("chunk_server.server_id = chunk1", "chunk_server.data_dir = d", "space_limit_mb = 2GiB");
    }

    @Test
    void configShowAsJsonHasOneLineForEachSetting() {
        assertThat(console.run("config", "show", "--origins", "-o", "json")).isZero();
        assertThat(console.out())
                .contains("{\"schema\":\"chunkserver.setting/1\",\"name\":\"chunk_server.drain_timeout\","
                        + "\"value\":\"30s\",\"origin\":\"default\"}\n");
    }

    @Test
    void sizesOfConfigShowAsJsonAreAlsoNumbersOfBytes() {
        assertThat(console.run("config", "show", "--space", "2048", "-o", "json"))
                .isZero();
        assertThat(console.out())
                .contains("\"name\":\"chunk_server.space_limit_mb\",\"value\":\"2GiB\",\"valueBytes\":2147483648}\n")
                .contains("\"name\":\"limits.chunk_size_limit\",\"value\":\"64MiB\",\"valueBytes\":67108864}\n")
                .contains("\"name\":\"chunk_server.drain_timeout\",\"value\":\"30s\"}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-V", "status -V", "--version"})
    void theVersionIsAnAnswerLikeOthers(String arguments) {
        assertThat(console.run(("-o json " + arguments).split(" "))).isZero();
        assertThat(console.out()).isEqualTo("{\"schema\":\"chunkserver.version/1\",\"version\":\"(unpackaged)\"}\n");
        TestConsole people = new TestConsole();
        assertThat(people.run(arguments.split(" "))).isZero();
        assertThat(people.out()).isEqualTo("chunkserver (unpackaged)\n");
        TestConsole help = new TestConsole();
        assertThat(help.run(("-h -o json " + arguments).split(" "))).isZero();
        assertThat(help.out()).contains("Usage: ");
    }

    @Test
    void completionKnowsTheVerbs() {
        assertThat(console.run("completion", "zsh")).isZero();
        assertThat(console.out()).contains("local-cluster", "--server-id");
    }

    @Test
    void checkOfADirectoryThatIsNotThereMakesNothing() {
        Path data = directory.resolve("data");
        assertThat(console.run("serve", "--check", "--data-dir", data.toString()))
                .isZero();
        assertThat(data).doesNotExist();
    }

    @Test
    void checkOfADirectoryChangesNothingInItAndSaysWhoseItIs() throws IOException {
        Path data = directory.resolve("data");
        ChunkServer.builder(data).serverId(new ServerId("one")).start().close();
        Path torn = Files.createDirectories(data.resolve("chunks/00/00")).resolve("0".repeat(64) + ".chunk");
        Files.writeString(torn, "torn");
        Map<Path, String> before = files(data);

        assertThat(console.run("serve", "--check", "--data-dir", data.toString()))
                .isZero();
        assertThat(console.out()).contains("belongs to server one", "fsck");
        assertThat(console.run("serve", "--check", "--data-dir", data.toString(), "--server-id", "two"))
                .isEqualTo(3);
        assertThat(console.err()).contains("two", "one");
        assertThat(files(data)).isEqualTo(before).containsKey(torn);
    }

    @Test
    void checkOfADirectoryWhoseLogIsDamagedSaysSoAndChangesNothing() throws IOException {
        Path data = directory.resolve("data");
        ChunkServer.builder(data).start().close();
        Path segment = data.resolve("log/0000000000000001.log");
        Files.write(segment, new byte[4096], StandardOpenOption.WRITE);
        Map<Path, String> before = files(data);

        assertThat(console.run("serve", "--check", "--data-dir", data.toString()))
                .isEqualTo(7);
        assertThat(console.err()).contains("0000000000000001.log");
        assertThat(files(data)).isEqualTo(before);
    }

    @Test
    void checkFindsAnAddressThatIsTaken() throws IOException {
        Path data = directory.resolve("data");
        try (ServerSocket squatter = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String taken = "127.0.0.1:" + squatter.getLocalPort();
            for (String option : List.of("--listen", "--admin-listen")) {
                TestConsole each = new TestConsole();
                assertThat(each.run("serve", "--check", "--data-dir", data.toString(), option, taken))
                        .as(option)
                        .isEqualTo(3);
                assertThat(each.err()).contains(taken, "in use");
            }
            // The port of the last time is no demand.
            ChunkServer.builder(data).start().close();
            assertThat(console.run("serve", "--check", "--data-dir", data.toString()))
                    .isZero();
        }
    }

    @Test
    void checkRefusesWhatAStartRefuses() throws IOException {
        Path data = directory.resolve("data");
        ChunkServer.builder(data).start().close();
        Files.delete(data.resolve("server_info.json"));
        assertThat(console.run("serve", "--check", "--data-dir", data.toString()))
                .isEqualTo(3);
        assertThat(console.err()).contains("has data", "server_info.json", "is missing");

        Path file = Files.createFile(directory.resolve("file"));
        assertThat(console.run("serve", "--check", "--data-dir", file.toString()))
                .isEqualTo(3);
        assertThat(console.err()).contains("is no directory");
    }

    /** What is in each file. */
    private static Map<Path, String> files(Path folder) throws IOException {
        Map<Path, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(file, HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return files;
    }
}
