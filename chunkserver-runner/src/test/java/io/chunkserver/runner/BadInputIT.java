package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chunkserver.runner.RunnerJar.Outcome;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.Transports;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.protocol.ServerStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong is refused by name, with the right exit code, and leaves nothing behind on any server. */
class BadInputIT {

    private static final int MEBIBYTE = 1 << 20;

    @TempDir
    private static Path directory;

    private static ServerProcess one;
    private static ServerProcess two;
    private static ServerProcess small;

    @BeforeAll
    static void startServers() throws IOException {
        Path limits = Files.writeString(directory.resolve("c.toml"), "[limits]\nchunk_size_limit = \"4MiB\"\n");
        one = ServerProcess.start(directory.resolve("one"), "-c", limits.toString(), "--server-id", "one");
        two = ServerProcess.start(directory.resolve("two"), "--server-id", "two");
        small = ServerProcess.start(directory.resolve("small"), "--server-id", "small", "--space", "1");
    }

    @AfterAll
    static void stopServers() throws IOException {
        for (ServerProcess server : new ServerProcess[] {one, two, small}) {
            if (server != null) {
                server.close();
            }
        }
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        try (Transport transport = Transports.named("tcp");
                ChunkClient client = new ChunkClient(transport, ClientConfig.DEFAULT)) {
            for (ServerProcess server : new ServerProcess[] {one, two, small}) {
                ServerAddress address = ServerAddress.parse(server.address());
                ServerStatus status = client.status(address);
                assertThat(status.state()).isEqualTo("ready");
                assertThat(status.openTransactions()).isZero();
                assertThat(status.space().reservedBytes()).isZero();
                assertThat(client.list(address, "/bad", null, 10)).isEmpty();
            }
        }
    }

    @Test
    void chunkOverTheLimitIsRefused() throws IOException {
        JsonNode error = failure(2, "chunk", "put", file(5 * MEBIBYTE), "/bad#0", "--server", one.address());
        assertThat(error.get("code").asText()).isEqualTo("chunk_too_large");
    }

    @Test
    void chunkOverTheLimitOfAReplicaIsRefused() throws IOException {
        failure(2, "chunk", "put", file(5 * MEBIBYTE), "/bad#0", "--server", two.address(), "--replica", one.address());
    }

    @Test
    void memberWithoutSpaceIsNamedWithItsAvailableBytes() throws IOException {
        JsonNode error = failure(
                6,
                "chunk",
                "put",
                file(2 * MEBIBYTE),
                "/bad#0",
                "--server",
                one.address(),
                "--replica",
                two.address(),
                "--replica",
                small.address());
        assertThat(error.get("code").asText()).isEqualTo("insufficient_space");
        assertThat(error.get("server").asText()).isEqualTo("small");
        assertThat(error.get("availableBytes").asLong()).isBetween(0L, (long) MEBIBYTE);
    }

    @Test
    void fileThatFitsInPartSaysWhatIsStoredAndWhatBecameOfTheOneBefore() throws IOException {
        RunnerJar.answer("put", file(10), "/cut", "--server", small.address());
        JsonNode error =
                failure(6, "put", file(2 * MEBIBYTE), "/cut", "--chunk-size", "400KiB", "--server", small.address());
        assertThat(error.get("message").asText())
                .contains("chunk /cut#3", "chunks /cut#1 to /cut#2 are stored", "the file that was there");
        assertThat(error.get("hint").asText()).contains("chunk rm");
        Outcome removed =
                RunnerJar.run("chunk", "rm", "/cut#0", "/cut#9", "/cut#1", "/cut#2", "--server", small.address());
        assertThat(removed.exitCode()).as("of the one that is not there").isEqualTo(4);
        assertThat(removed.out()).contains("/cut#0", "/cut#1", "/cut#2").doesNotContain("/cut#9");
        assertThat(removed.err()).contains("/cut#9");
        assertThat(RunnerJar.run("chunk", "ls", "--prefix", "/cut", "--server", small.address())
                        .out())
                .isEmpty();
    }

    @Test
    void deadReplicaIsNamed() throws IOException {
        String dead = freeAddress();
        JsonNode error = failure(5, "chunk", "put", file(1000), "/bad#0", "--server", one.address(), "--replica", dead);
        assertThat(error.get("message").asText()).contains(dead);
    }

    @Test
    void deadPrimaryIsNamed() throws IOException {
        String dead = freeAddress();
        assertThat(failure(5, "chunk", "put", file(1000), "/bad#0", "--server", dead)
                        .get("message")
                        .asText())
                .contains(dead);
    }

    @Test
    void hostThatDoesNotExistIsUnreachable() throws IOException {
        JsonNode error = failure(
                5,
                "chunk",
                "put",
                file(1000),
                "/bad#0",
                "--server",
                one.address(),
                "--replica",
                "no-such-host.invalid:1");
        assertThat(error.get("message").asText()).contains("no-such-host.invalid");
    }

    @Test
    void oneServerUnderTwoAddressesIsRefused() throws IOException {
        String other = "localhost:" + one.port();
        failure(2, "chunk", "put", file(1000), "/bad#0", "--server", one.address(), "--replica", other);
        failure(2, "chunk", "put", file(1000), "/bad#0", "--server", one.address(), "--replica", one.address());
    }

    @Test
    void readPastTheEndIsRefusedAndMakesNoFile() throws IOException {
        RunnerJar.answer("chunk", "put", file(1000), "/good#0", "--server", one.address());
        Path target = directory.resolve("past-the-end");
        failure(
                2,
                "chunk",
                "get",
                "/good#0",
                target.toString(),
                "--offset",
                "999",
                "--length",
                "2",
                "--server",
                one.address());
        assertThat(target).doesNotExist();
    }

    @Test
    void missingChunkIsNotFound() {
        Path target = directory.resolve("missing");
        failure(4, "chunk", "get", "/none#0", target.toString(), "--server", one.address());
        failure(4, "chunk", "stat", "/none#0", "--server", one.address());
        failure(4, "get", "/none", target.toString(), "--server", one.address());
        failure(4, "tx", "show", "nobody:1700000000000:1", "--server", one.address());
        assertThat(target).doesNotExist();
    }

    @Test
    void chunkThatBeginsNoFileIsNoFile() throws IOException {
        RunnerJar.answer("chunk", "put", file(10), "/good/alone#0", "--server", two.address());
        failure(2, "get", "/good/alone", directory.resolve("x").toString(), "--server", two.address());
    }

    @Test
    void chunkThatCannotBeDeletedKeepsThoseAfterIt() throws IOException {
        RunnerJar.answer("put", file(10), "/kept", "--chunk-size", "5", "--server", two.address());
        JsonNode error =
                failure(5, "chunk", "rm", "/kept#0", "/kept#1", "--server", two.address(), "--replica", freeAddress());
        assertThat(error.get("message").asText()).contains("chunk /kept#1 was not deleted");
        RunnerJar.answer("get", "/kept", directory.resolve("kept").toString(), "--server", two.address());
    }

    @Test
    void addressThatIsTakenIsNamed() {
        JsonNode error =
                failure(3, "serve", "--data-dir", directory.resolve("late").toString(), "--listen", one.address());
        assertThat(error.get("message").asText())
                .endsWith("cannot listen at " + one.address() + ": address already in use");
        assertThat(error.get("hint").asText()).contains("0 takes a free one");
    }

    @Test
    void garbageOnThePortHurtsNobody() throws IOException {
        byte[] garbage = new byte[100_000];
        new Random(1).nextBytes(garbage);
        for (int connection = 0; connection < 20; connection++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), one.port());
                    OutputStream out = socket.getOutputStream()) {
                out.write(garbage, connection, garbage.length / (connection + 1));
            } catch (IOException e) {
                // The server may cut the connection at any moment; that is what it should do.
            }
        }
        RunnerJar.answer("chunk", "put", file(1000), "/good#1", "--server", one.address());
    }

    @Test
    void whoeverIsNoChunkServerIsSaidToBeNone() throws IOException {
        try (ServerSocket http = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answerOnce(http), "no-chunk-server");
            answering.start();
            String address = "127.0.0.1:" + http.getLocalPort();
            Outcome outcome = RunnerJar.run("status", "--server", address);
            assertThat(outcome.exitCode()).isEqualTo(5);
            assertThat(outcome.err()).contains(address);
        }
    }

    private static void answerOnce(ServerSocket http) {
        try (Socket client = http.accept()) {
            client.getOutputStream()
                    .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The client has gone or the test is over.
        }
    }

    private static JsonNode failure(int exitCode, String... arguments) {
        String[] withFormat = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, withFormat, 2, arguments.length);
        withFormat[0] = "-o";
        withFormat[1] = "json";
        Outcome outcome = RunnerJar.run(withFormat);
        assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isEqualTo(exitCode);
        return outcome.json().get("error");
    }

    private static String file(int length) throws IOException {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return Files.write(directory.resolve("file-" + length), bytes).toString();
    }

    private static String freeAddress() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }
}
