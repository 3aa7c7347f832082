package io.chunkserver.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chunkserver.runner.RunnerJar.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files on three server processes: stored, replaced, read after a server was killed. */
class ReplicatedFileIT {

    private static final int SERVERS = 3;
    private static final int LENGTH = 5 * 1024 * 1024 + 4321;

    @TempDir
    private Path directory;

    private final List<ServerProcess> servers = new ArrayList<>();

    @BeforeEach
    void startServers() throws IOException {
        for (int number = 1; number <= SERVERS; number++) {
            servers.add(start(number));
        }
    }

    @AfterEach
    void stopServers() throws IOException {
        for (ServerProcess server : servers) {
            server.close();
        }
    }

    @Test
    void fileOutlivesThePrimaryByteForByte() throws IOException {
        Path file = random("file", LENGTH, 1);
        JsonNode stored = put(file.toString(), "/dir/file");
        assertThat(stored.get("schema").asText()).isEqualTo("chunkserver.file/1");
        assertThat(stored.get("lengthBytes").asLong()).isEqualTo(LENGTH);
        assertThat(stored.get("chunks").asInt()).isEqualTo(6);
        assertThat(stored.get("receipts"))
                .allSatisfy(receipt -> assertThat(receipt.get("applied")).hasSize(SERVERS));
        assertThat(chunkFiles(2)).isEqualTo(chunkFiles(1)).isNotEmpty();
        assertThat(chunkFiles(3)).isEqualTo(chunkFiles(1));

        servers.get(0).kill();
        Path copy = directory.resolve("copy");
        // In a process of its own, which tells on its standard error whom it passes by.
        Outcome read = RunnerJar.run(
                "-o",
                "json",
                "get",
                "/dir/file",
                copy.toString(),
                "--server",
                servers.get(0).address(),
                "--server",
                servers.get(1).address());
        assertThat(read.exitCode()).as(read.err()).isZero();
        assertThat(read.err()).contains(servers.get(0).address());
        assertThat(read.json().get("sha256").asText())
                .isEqualTo(stored.get("sha256").asText());
        assertThat(copy).hasSameBinaryContentAs(file);
        assertThat(Cli.run("tx", "ls", "--server", servers.get(1).address()).out())
                .isEmpty();
    }

    @Test
    void killedServerHasEverythingWhenItComesBack() throws IOException {
        Path file = random("file", LENGTH, 2);
        put(file.toString(), "/f");
        servers.get(2).kill();
        servers.set(2, start(3));
        Path copy = directory.resolve("copy");
        Cli.answer("get", "/f", copy.toString(), "--server", servers.get(2).address());
        assertThat(copy).hasSameBinaryContentAs(file);
    }

    @Test
    void shorterFileReplacesALongerOneAndItsChunksGo() throws IOException {
        put(random("long", LENGTH, 3).toString(), "/f");
        Path shorter = random("short", 1500, 4);
        put(shorter.toString(), "/f");
        for (ServerProcess server : servers) {
            assertThat(Cli.run("chunk", "ls", "--server", server.address())
                            .out()
                            .lines())
                    .hasSize(1)
                    .first()
                    .asString()
                    .startsWith("/f#0  version 2");
        }
        Path copy = directory.resolve("copy");
        Cli.answer("get", "/f", copy.toString(), "--server", servers.get(1).address());
        assertThat(copy).hasSameBinaryContentAs(shorter);
    }

    @Test
    void emptyFileIsAFile() throws IOException {
        JsonNode stored = put(Files.createFile(directory.resolve("empty")).toString(), "/empty");
        assertThat(stored.get("chunks").asInt()).isEqualTo(1);
        Path copy = directory.resolve("copy");
        Cli.answer("get", "/empty", copy.toString(), "--server", servers.get(2).address());
        assertThat(copy).isEmptyFile();
    }

    @Test
    void standardInputComesBackOnStandardOutput() {
        byte[] text = "line after line\n".repeat(20_000).getBytes(UTF_8);
        Outcome stored = Cli.run(text, arguments("put", "-", "/stream", "--chunk-size", "64KiB"));
        assertThat(stored.exitCode()).as(stored.err()).isZero();
        Outcome read = Cli.run("get", "/stream", "-", "--server", servers.get(1).address());
        assertThat(read.out()).isEqualTo(new String(text, UTF_8));
        assertThat(read.err()).contains("SHA-256");
    }

    @Test
    void fileThatMixesTwoVersionsIsNotHandedOver() throws IOException {
        put(random("file", LENGTH, 5).toString(), "/f");
        Path other = random("other", 1024 * 1024, 6);
        Cli.answer(arguments("chunk", "put", other.toString(), "/f#2"));
        Path copy = directory.resolve("copy");
        Outcome read =
                Cli.run("get", "/f", copy.toString(), "--server", servers.get(0).address());
        assertThat(read.exitCode()).isEqualTo(8);
        assertThat(copy).doesNotExist();
    }

    @Test
    void deletedChunkIsGoneOnAllServers() throws IOException {
        Path file = random("file", 1000, 7);
        Cli.answer(arguments("chunk", "put", file.toString(), "/c#0", "--attribute", "kind=log"));
        JsonNode stat =
                Cli.answer("chunk", "stat", "/c#0", "--server", servers.get(2).address());
        assertThat(stat.get("attributes").get("kind").asText()).isEqualTo("log");
        Cli.answer(arguments("chunk", "rm", "/c#0"));
        for (ServerProcess server : servers) {
            assertThat(Cli.run("chunk", "stat", "/c#0", "--server", server.address())
                            .exitCode())
                    .isEqualTo(4);
        }
    }

    private JsonNode put(String file, String path) {
        return Cli.answer(arguments("put", file, path, "--chunk-size", "1MiB"));
    }

    /** A verb and the servers that it concerns: all of them. */
    private String[] arguments(String... verb) {
        List<String> all = new ArrayList<>(List.of(verb));
        all.addAll(List.of("--server", servers.get(0).address()));
        servers.stream().skip(1).forEach(server -> all.addAll(List.of("--replica", server.address())));
        return all.toArray(String[]::new);
    }

    private ServerProcess start(int number) throws IOException {
        return ServerProcess.start(
                directory.resolve("server-" + number),
                "--server-id",
                "server-" + number,
                "--x",
                String.valueOf(number));
    }

    private Map<String, String> chunkFiles(int number) throws IOException {
        Path chunks = directory.resolve("server-" + number).resolve("chunks");
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(chunks)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                found.put(chunks.relativize(file).toString(), HexFormat.of().formatHex(digest(file)));
            }
        }
        return found;
    }

    private static byte[] digest(Path file) throws IOException {
        try {
            return java.security.MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private Path random(String name, int length, long seed) throws IOException {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return Files.write(directory.resolve(name), bytes);
    }
}
