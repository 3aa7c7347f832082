package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chunkserver.runner.RunnerJar.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench} against servers: that it does what it says, not how fast. */
class BenchIT {

    private static final long KIBIBYTE = 1 << 10;

    @TempDir
    private static Path directory;

    private static ServerProcess one;
    private static ServerProcess two;

    @BeforeAll
    static void startServers() throws IOException {
        one = ServerProcess.start(directory.resolve("one"), "--server-id", "one");
        two = ServerProcess.start(directory.resolve("two"), "--server-id", "two");
    }

    @AfterAll
    static void stopServers() throws IOException {
        for (ServerProcess server : new ServerProcess[] {one, two}) {
            if (server != null) {
                server.close();
            }
        }
    }

    @Test
    void putStoresOnAllServersAndSaysWhatTheyGuaranteed() {
        JsonNode answer = answer("--op", "put", "--size", "64KiB", "--threads", "2", "--replica", two.address());
        checkFigures(answer);
        assertThat(answer.get("op").asText()).isEqualTo("put");
        assertThat(answer.get("sizeBytes").asLong()).isEqualTo(64 * KIBIBYTE);
        assertThat(answer.get("movedBytes").asLong()).isEqualTo(64 * KIBIBYTE);
        assertThat(answer.get("threads").asInt()).isEqualTo(2);
        assertThat(answer.get("replicas").asInt()).isEqualTo(2);
        assertThat(answer.get("durability").asText()).isEqualTo("sync");
        long stored = chunksBelow(two, "bench/put-");
        assertThat(stored).isEqualTo(answer.get("ops").asLong());
    }

    @Test
    void putSaysWhatAServerGuaranteesThatIsSetToLess() throws IOException {
        try (ServerProcess relaxed = ServerProcess.start(directory.resolve("relaxed"), "--durability", "os")) {
            Path beside = directory.resolve("beside-relaxed");
            Outcome outcome = run("--server", relaxed.address(), "--size", "64KiB", "--baseline", beside.toString());
            assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
            checkBaseline(outcome.json(), "plainFiles");
            assertThat(outcome.json().get("durability").asText()).isEqualTo("os");
        }
    }

    @Test
    void getReadsWhatItStoredBefore() {
        for (int run = 0; run < 2; run++) {
            JsonNode answer = answer("--op", "get", "--size", "100KiB");
            checkFigures(answer);
            assertThat(answer.get("op").asText()).isEqualTo("get");
            assertThat(answer.get("movedBytes").asLong()).isEqualTo(100 * KIBIBYTE);
            assertThat(answer.get("durability").isNull()).isTrue();
            assertThat(chunksBelow(one, "bench/read-" + 100 * KIBIBYTE)).isEqualTo(4);
        }
    }

    @Test
    void preadReadsAPartOfEach() {
        JsonNode answer = answer("--op", "pread", "--size", "200KiB", "--read-size", "4KiB");
        checkFigures(answer);
        assertThat(answer.get("op").asText()).isEqualTo("pread");
        assertThat(answer.get("sizeBytes").asLong()).isEqualTo(200 * KIBIBYTE);
        assertThat(answer.get("movedBytes").asLong()).isEqualTo(4 * KIBIBYTE);
    }

    @Test
    void baselinesAreMeasuredBesideItAndLeaveNothingBehind() {
        Path beside = directory.resolve("beside");
        JsonNode put = answer("--op", "put", "--size", "64KiB", "--baseline", beside.toString());
        checkBaseline(put, "plainFiles");
        checkBaseline(put, "loopback");
        JsonNode get = answer("--op", "get", "--size", "64KiB", "--baseline", beside.toString());
        checkBaseline(get, "sendfile");
        assertThat(beside).isEmptyDirectory();
    }

    @Test
    void withoutAFormatItAnswersInWords() {
        Outcome outcome = RunnerJar.run(
                "bench", "--server", one.address(), "--size", "1KiB", "--seconds", "1", "--warm-up", "0s");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .startsWith("put of 1024 bytes, 1 thread, 1 copy, sync: ")
                .contains("MiB/s", "p99.9 ", "0 errors");
    }

    @Test
    void wrongArgumentsEndWith2() {
        Outcome outcome = run("--server", one.address(), "--threads", "0");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.json().get("error").get("message").asText()).contains("1 to 1024, not 0");
    }

    @Test
    void serverThatIsNotThereEndsWith5() throws IOException {
        String dead;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            dead = "127.0.0.1:" + socket.getLocalPort();
        }
        for (String operation : List.of("put", "get", "pread")) {
            Outcome outcome = run("--server", dead, "--op", operation);
            assertThat(outcome.exitCode()).as(operation).isEqualTo(5);
            assertThat(outcome.json().get("error").get("message").asText()).contains(dead);
        }
    }

    @Test
    void serverThatHasNoRoomEndsWith6() throws IOException {
        try (ServerProcess small = ServerProcess.start(directory.resolve("small"), "--space", "1")) {
            Outcome outcome = run("--server", small.address(), "--size", "2MiB");
            assertThat(outcome.exitCode()).isEqualTo(6);
            assertThat(outcome.json().get("error").get("code").asText()).isEqualTo("insufficient_space");
            assertThat(outcome.out().strip()).doesNotContain("\n");
        }
    }

    @Test
    void serverThatBecomesFullIsMeasuredAndEndsWith6() throws IOException {
        try (ServerProcess small = ServerProcess.start(directory.resolve("filling"), "--space", "1")) {
            // There is room for one chunk, and each of the two threads tries to store at least one.
            Outcome outcome = run("--server", small.address(), "--size", "600KiB", "--threads", "2");
            assertThat(outcome.exitCode()).isEqualTo(6);
            List<String> lines = outcome.out().lines().toList();
            assertThat(lines).hasSize(1);
            JsonNode answer = RunnerJar.parse(lines.get(0));
            assertThat(answer.get("ops").asLong()).isOne();
            assertThat(answer.get("errors").asLong()).isPositive();
            assertThat(answer.get("firstError").asText()).contains("does not fit");
        }
    }

    private static void checkFigures(JsonNode answer) {
        assertThat(answer.get("schema").asText()).isEqualTo("chunkserver.bench/1");
        assertThat(answer.get("ops").asLong()).isPositive();
        assertThat(answer.get("errors").asLong()).isZero();
        for (String figure : List.of("seconds", "opsPerSecond", "mebibytesPerSecond")) {
            assertThat(answer.get(figure).asDouble()).as(figure).isPositive();
        }
        assertThat(answer.get("p50Micros").asLong())
                .isLessThanOrEqualTo(answer.get("p99Micros").asLong());
        assertThat(answer.get("p99Micros").asLong())
                .isLessThanOrEqualTo(answer.get("p999Micros").asLong());
    }

    private static void checkBaseline(JsonNode answer, String name) {
        checkFigures(answer);
        assertThat(answer.get("baselines").get(name).fieldNames())
                .toIterable()
                .containsExactly("opsPerSecond", "mebibytesPerSecond", "ratio");
        JsonNode ratio = answer.get("baselines").get(name).get("ratio");
        assertThat(ratio.isNumber()).as("ratio to %s: %s", name, ratio).isTrue();
        assertThat(ratio.asDouble()).isLessThan(1000.0);
    }

    private static JsonNode answer(String... arguments) {
        Outcome outcome = run(Stream.concat(Stream.of("--server", one.address()), Stream.of(arguments))
                .toArray(String[]::new));
        assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
        return outcome.json();
    }

    private static Outcome run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-o", "json", "bench", "--seconds", "1", "--warm-up", "0s"));
        all.addAll(List.of(arguments));
        return RunnerJar.run(all.toArray(String[]::new));
    }

    private static long chunksBelow(ServerProcess server, String prefix) {
        Outcome listed = RunnerJar.run("-o", "json", "chunk", "ls", "--prefix", prefix, "--server", server.address());
        assertThat(listed.exitCode()).as(listed.err()).isZero();
        return listed.out().lines().count();
    }
}
