package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.chunkserver.runner.RunnerJar.Outcome;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server process from its start to its end. */
class ServeIT {

    @TempDir
    private Path directory;

    private Path data;

    @BeforeEach
    void chooseDataDirectory() {
        data = directory.resolve("data");
    }

    @Test
    void saysWhereItListensAndWritesThePortAlone() throws IOException {
        Path portFile = directory.resolve("port");
        try (ServerProcess server = ServerProcess.start(
                data, "--server_id", "chunk1", "--x", "10", "--y", "20", "--port-file", portFile.toString())) {
            assertThat(server.ready().get("serverId").asText()).isEqualTo("chunk1");
            assertThat(portFile).hasContent(server.port() + "\n");
            var status = RunnerJar.answer("status", "--server", server.address());
            assertThat(status.get("schema").asText()).isEqualTo("chunkserver.status/1");
            assertThat(status.get("serverId").asText()).isEqualTo("chunk1");
            assertThat(status.get("x").asDouble()).isEqualTo(10);
            assertThat(status.get("space").get("limitBytes").asLong()).isEqualTo(1L << 30);
        }
    }

    @Test
    void noVerbMeansServe() throws IOException {
        Process process = new ProcessBuilder(RunnerJar.command(
                        "--server_id",
                        "chunk1",
                        "--x",
                        "10",
                        "--y",
                        "20",
                        "--space",
                        "2048",
                        "--data_dir",
                        data.toString()))
                .start();
        try (var out = process.inputReader()) {
            assertThat(out.readLine())
                    .startsWith("listening on 127.0.0.1:")
                    .contains("server chunk1")
                    .endsWith("space limit 2GiB");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void sigtermEndsWith143AndTheNextStartHasDataNameAndPort() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "bytes that stay");
        int port;
        String name;
        try (ServerProcess server = ServerProcess.start(data)) {
            port = server.port();
            name = server.ready().get("serverId").asText();
            RunnerJar.answer("chunk", "put", file.toString(), "/a#0", "--server", server.address());
            assertThat(server.terminate()).isEqualTo(143);
        }
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(server.port()).isEqualTo(port);
            assertThat(server.ready().get("serverId").asText()).isEqualTo(name);
            Outcome read = RunnerJar.run("chunk", "get", "/a#0", "-", "--server", server.address());
            assertThat(read.out()).isEqualTo("bytes that stay");
        }
    }

    @Test
    void startWithoutItsTransactionLogServesWhatIsCommittedAndSaysThatItIsLost() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "bytes that stay");
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(server.log()).doesNotContain("no transaction log");
            RunnerJar.answer("chunk", "put", file.toString(), "/a#0", "--server", server.address());
            server.terminate();
        }
        assertThat(RunnerJar.run("serve", "--check", "--data-dir", data.toString())
                        .err())
                .doesNotContain("transaction log");
        MoreFiles.deleteRecursively(data.resolve("log"), RecursiveDeleteOption.ALLOW_INSECURE);
        Outcome checked = RunnerJar.run("serve", "--check", "--data-dir", data.toString());
        assertThat(checked.exitCode()).isZero();
        assertThat(checked.err()).contains(data + " has chunks and no transaction log");
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(server.log()).contains("chunks (1)", "no transaction log");
            assertThat(RunnerJar.run("chunk", "get", "/a#0", "-", "--server", server.address())
                            .out())
                    .isEqualTo("bytes that stay");
        }
    }

    @Test
    void fileWhoseFirstChunkIsDamagedCanBePutAgain() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "bytes that change");
        try (ServerProcess server = ServerProcess.start(data)) {
            RunnerJar.answer("put", file.toString(), "/f", "--server", server.address());
            try (Stream<Path> files = Files.walk(data.resolve("chunks"))) {
                Path chunk = files.filter(Files::isRegularFile).findFirst().orElseThrow();
                try (RandomAccessFile bytes = new RandomAccessFile(chunk.toFile(), "rw")) {
                    bytes.write('B');
                }
            }
            assertThat(RunnerJar.run("chunk", "verify", "/f#0", "--server", server.address())
                            .exitCode())
                    .isEqualTo(7);
            RunnerJar.answer("put", file.toString(), "/f", "--server", server.address());
            assertThat(RunnerJar.run("get", "/f", "-", "--server", server.address())
                            .out())
                    .isEqualTo("bytes that change");
        }
    }

    @Test
    void sigintEndsWith130() throws IOException {
        assumeThat(interruptIsIgnored()).as("children ignore SIGINT here").isFalse();
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(server.interrupt()).isEqualTo(130);
        }
    }

    @Test
    void automaticPortThatIsTakenIsReplaced() throws IOException {
        int port;
        try (ServerProcess server = ServerProcess.start(data)) {
            port = server.port();
            server.terminate();
        }
        try (ServerSocket squatter = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                ServerProcess server = ServerProcess.start(data)) {
            assertThat(server.port()).isNotEqualTo(squatter.getLocalPort());
            assertThat(server.log()).contains("port " + port);
        }
    }

    @Test
    void fixedPortThatIsTakenIsAnError() throws IOException {
        try (ServerSocket squatter = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Outcome outcome = RunnerJar.run(
                    "serve", "--data-dir", data.toString(), "--listen", "127.0.0.1:" + squatter.getLocalPort());
            assertThat(outcome.exitCode()).isEqualTo(3);
            assertThat(outcome.err()).contains("127.0.0.1:" + squatter.getLocalPort());
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void portFileThatCannotBeMadeIsFoundBeforeThereIsAServer() {
        for (String option : List.of("--port-file", "--admin-port-file")) {
            Outcome outcome = RunnerJar.run(
                    "serve",
                    "--data-dir",
                    data.toString(),
                    option,
                    directory.resolve("missing/port").toString());
            assertThat(outcome.exitCode()).isEqualTo(2);
            assertThat(outcome.err()).contains("directory " + directory.resolve("missing") + " does not exist");
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void secondServerOnOneDataDirectoryEndsWith11() throws IOException {
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(RunnerJar.run("serve", "--data-dir", data.toString()).exitCode())
                    .isEqualTo(11);
            assertThat(RunnerJar.run("serve", "--check", "--data-dir", data.toString())
                            .exitCode())
                    .isEqualTo(11);
            RunnerJar.answer("status", "--server", server.address());
        }
    }

    @Test
    void dataDirectoryOfAnotherServerEndsWith3() throws IOException {
        try (ServerProcess server = ServerProcess.start(data, "--server-id", "one")) {
            server.terminate();
        }
        Outcome outcome = RunnerJar.run("serve", "--data-dir", data.toString(), "--server-id", "two");
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains("one").contains("two").contains(data.toString());
        assertThat(RunnerJar.run("serve", "--check", "--data-dir", data.toString())
                        .out())
                .contains("belongs to server one");
    }

    @Test
    void directoryWithFilesOfOthersIsTakenWithAWarningAtItsFirstStart() throws IOException {
        Files.createDirectories(data.resolve("lost+found"));
        String[] check = {"serve", "--check", "--data-dir", data.toString()};
        assertThat(RunnerJar.run(check).err()).doesNotContain("other files");
        Path foreign = Files.writeString(data.resolve("thesis.txt"), "not ours");
        Outcome checked = RunnerJar.run(check);
        assertThat(checked.exitCode()).isZero();
        assertThat(checked.err()).contains(data + " has other files (1 names, thesis.txt is one)");
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(server.log()).contains("thesis.txt");
            assertThat(server.terminate()).isEqualTo(143);
        }
        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(server.log()).doesNotContain("thesis.txt");
        }
        assertThat(foreign).hasContent("not ours");
    }

    @Test
    void serverInfoFileMayLieElsewhere() throws IOException {
        Path info = directory.resolve("info.json");
        Path toml = Files.writeString(
                directory.resolve("c.toml"),
                "[chunk_server]\nserver_info_file = \"" + info + "\"\nspace_limit_mb = 7\n");
        try (ServerProcess server = ServerProcess.start(data, "--config", toml.toString())) {
            assertThat(info).content().contains(server.ready().get("serverId").asText());
            assertThat(data.resolve("server_info.json")).doesNotExist();
            assertThat(server.ready().get("spaceLimitBytes").asLong()).isEqualTo(7L << 20);
        }
    }

    @Test
    void localClusterStoresOnAllItsServers() throws IOException {
        try (ServerProcess first = ServerProcess.startVerb("local-cluster", data, "--servers", "1", "--space", "64")) {
            assertThat(first.ready().get("serverId").asText()).isEqualTo("server-1");
            assertThat(data.resolve("server-1")).isDirectory();
            assertThat(first.terminate()).isEqualTo(143);
        }
    }

    @Test
    void answersHttpForOperators() throws Exception {
        Path portFile = directory.resolve("admin");
        Path file = Files.writeString(directory.resolve("file"), "five!");
        try (ServerProcess server = ServerProcess.start(data, "--admin-port-file", portFile.toString())) {
            String admin = "127.0.0.1:" + Files.readString(portFile).trim();
            assertThat(server.ready().get("adminAddress").asText()).isEqualTo(admin);
            RunnerJar.answer("chunk", "put", file.toString(), "a#0", "--server", server.address());

            assertThat(get(admin, "/livez").statusCode()).isEqualTo(200);
            assertThat(get(admin, "/readyz").statusCode()).isEqualTo(200);
            assertThat(get(admin, "/metrics").body().lines())
                    .contains(
                            "chunkserver_chunks 1.0",
                            "chunkserver_received_bytes_total 5.0",
                            "chunkserver_request_seconds_count{operation=\"store\",outcome=\"ok\"} 1");
            ObjectNode told =
                    (ObjectNode) RunnerJar.parse(get(admin, "/v1/status").body());
            ObjectNode asked = (ObjectNode) RunnerJar.answer("status", "--server", server.address());
            assertThat(told.get("schema").asText()).isEqualTo("chunkserver.status/1");
            List<String> moving = List.of("uptimeMillis", "space");
            assertThat(told.remove(moving).equals(asked.remove(moving)))
                    .as("%s is %s", told, asked)
                    .isTrue();
            assertThat(get(admin, "/").body())
                    .contains("server " + server.ready().get("serverId").asText());

            RunnerJar.answer("drain", "--server", server.address());
            assertThat(get(admin, "/readyz").statusCode()).isEqualTo(503);
            assertThat(get(admin, "/readyz").body()).startsWith("draining");
        }
    }

    private static HttpResponse<String> get(String address, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + address + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    /** Whether this process, and so its children, ignores SIGINT: so it is when a shell started it in the background. */
    private static boolean interruptIsIgnored() throws IOException {
        Matcher mask =
                Pattern.compile("SigIgn:\\s*(\\p{XDigit}+)").matcher(Files.readString(Path.of("/proc/self/status")));
        return mask.find() && (Long.parseUnsignedLong(mask.group(1), 16) & 0b10) != 0;
    }
}
