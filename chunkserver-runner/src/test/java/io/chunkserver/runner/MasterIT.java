package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.chunkserver.runner.RunnerJar.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master and chunk servers as processes, and the command line that asks the master. */
class MasterIT {

    private static final String INTERVAL = "300ms";
    private static final int LENGTH = 3_000_000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private ServerProcess master;
    private final List<ServerProcess> servers = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        master = startMaster("127.0.0.1:0");
        for (int number = 1; number <= 3; number++) {
            servers.add(serve("s" + number, number));
        }
        awaitMembers(3);
    }

    @AfterEach
    void stop() throws IOException {
        for (ServerProcess server : servers) {
            server.close();
        }
        master.close();
    }

    private static ServerProcess startMaster(String listen) throws IOException {
        return ServerProcess.startMaster("--listen", listen, "--replication", "2", "--heartbeat-interval", INTERVAL);
    }

    private ServerProcess serve(String id, int number) throws IOException {
        return ServerProcess.start(
                directory.resolve(id),
                "--server-id",
                id,
                "--x",
                String.valueOf(number),
                "--master",
                master.address(),
                "--heartbeat-interval",
                INTERVAL);
    }

    @Test
    void storesReadsListsAndDeletesWithTheMasterAlone() throws IOException {
        Path file = random("file");
        JsonNode stored = ask("put", file.toString(), "/a/file", "--chunk-size", "1MiB");
        assertThat(stored.get("receipts"))
                .hasSize(3)
                .allSatisfy(receipt -> assertThat(receipt.get("applied")).hasSize(2));
        JsonNode three = ask("chunk", "put", file.toString(), "/a/single#0", "--replicas", "3");
        assertThat(three.get("applied")).hasSize(3);
        JsonNode one = ask("chunk", "put", file.toString(), "/b/single#0", "--replicas", "1");
        assertThat(one.get("applied")).hasSize(1);

        Path copy = directory.resolve("copy");
        ask("get", "/a/file", copy.toString());
        assertThat(copy).hasSameBinaryContentAs(file);
        Path latest = directory.resolve("latest");
        ask("get", "/a/file", latest.toString(), "--latest");
        assertThat(latest).hasSameBinaryContentAs(file);
        ask("chunk", "get", "/a/single#0", directory.resolve("first").toString(), "--at-least", "1");
        assertThat(Cli.run("chunk", "get", "/a/single#0", "-", "--at-least", "2", "--master", master.address())
                        .exitCode())
                .as("of a read of a version that there is not yet")
                .isEqualTo(8);
        assertThat(ask("chunk", "stat", "/a/single#0").get("lengthBytes").asInt())
                .isEqualTo(LENGTH);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(list("/a/"))
                        .containsExactly("/a/file#0 2", "/a/file#1 2", "/a/file#2 2", "/a/single#0 3"));

        ask("chunk", "rm", "/a/single#0");
        assertThat(Cli.run("chunk", "get", "/a/single#0", copy + "2", "--master", master.address())
                        .exitCode())
                .isEqualTo(4);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(list("/a/s")).isEmpty());
        assertThat(Cli.run("tx", "ls", "--master", master.address()).out()).isEmpty();
    }

    @Test
    void whatAKilledServerHadIsMadeAnewAndReadMeanwhile() throws IOException {
        Path file = random("file");
        ask("put", file.toString(), "/a/file", "--chunk-size", "200KiB");
        servers.get(0).kill();
        Path copy = directory.resolve("copy");
        ask("get", "/a/file", copy.toString());
        assertThat(copy).hasSameBinaryContentAs(file);
        awaitMembers(2);
        assertThat(RunnerJar.run("scrub", "status", "--master", master.address())
                        .err())
                .contains(servers.get(0).address(), "is not asked");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(list("/a/"))
                        .hasSize(15)
                        .allSatisfy(line -> assertThat(line).endsWith(" 2")));
        ask("put", file.toString(), "/b/file");
    }

    @Test
    void aMasterThatIsStartedAgainIsToldEverythingAnew() throws IOException {
        Path file = random("file");
        ask("put", file.toString(), "/a/file");
        String address = master.address();
        master.kill();
        Outcome without = Cli.run("put", file.toString(), "/b/file", "--master", address);
        assertThat(without.exitCode()).as(without.err()).isEqualTo(5);
        assertThat(without.err()).contains(address);

        master = startMaster(address);
        awaitMembers(3);
        Path copy = directory.resolve("copy");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(list("/a/")).containsExactly("/a/file#0 2"));
        ask("get", "/a/file", copy.toString());
        assertThat(copy).hasSameBinaryContentAs(file);
    }

    @Test
    void twoServersOfOneNameAreToldApart() throws IOException {
        try (ServerProcess twin = ServerProcess.start(
                directory.resolve("twin"),
                "--server-id",
                "s1",
                "--master",
                master.address(),
                "--heartbeat-interval",
                INTERVAL)) {
            await().atMost(PATIENCE).until(logs(twin, servers.get(0).address(), twin.address()));
            JsonNode status = Cli.answer("status", "--server", twin.address());
            assertThat(status.get("masters").get(0).get("reason").asText())
                    .contains(servers.get(0).address())
                    .contains(twin.address());
            assertThat(members())
                    .hasSize(3)
                    .allSatisfy(member ->
                            assertThat(member.get("liveness").asText()).isEqualTo("live"));
        }
    }

    /** Every chunk is on two of three servers, so one can go once what it has is on the two others. */
    @Test
    void aDrainedServerRefusesStoresServesReadsAndIsNeededByNoChunkInTheEnd() throws IOException {
        Path file = random("file");
        ask("put", file.toString(), "/a/file", "--chunk-size", "500KiB");
        String drained = servers.get(0).address();

        JsonNode status = ask("drain", "--server-id", "s1", "--wait");
        assertThat(status.get("state").asText()).isEqualTo("draining");
        assertThat(status.get("reason").asText()).contains("operator");
        Outcome refused = Cli.run("chunk", "put", file.toString(), "/a/single#0", "--server", drained);
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(12);
        ask("put", file.toString(), "/b/file");
        for (JsonNode chunk : chunksOf(drained)) {
            Path copy = directory.resolve("copy");
            String id = chunk.get("chunk").asText();
            Cli.answer("chunk", "get", id, copy.toString(), "--server", drained);
        }
        servers.get(0).kill();
        Path copy = directory.resolve("whole");
        ask("get", "/a/file", copy.toString());
        assertThat(copy).hasSameBinaryContentAs(file);

        servers.set(0, serve("s1", 1));
        JsonNode again = Cli.answer("status", "--server", servers.get(0).address());
        assertThat(again.get("state").asText()).as("after a restart").isEqualTo("draining");
        JsonNode resumed = Cli.answer("resume", "--server", servers.get(0).address());
        assertThat(resumed.get("state").asText()).isEqualTo("ready");
        await("for the master to hear of it")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(members())
                        .allSatisfy(member ->
                                assertThat(member.path("state").asText()).isEqualTo("ready")));
        Cli.answer(
                "chunk",
                "put",
                file.toString(),
                "/a/new#0",
                "--server",
                servers.get(0).address());
    }

    private static List<JsonNode> chunksOf(String server) {
        Outcome listed = Cli.run("-o", "json", "chunk", "ls", "--server", server);
        assertThat(listed.exitCode()).as(listed.err()).isZero();
        return listed.out().lines().map(RunnerJar::parse).toList();
    }

    private static Callable<Boolean> logs(ServerProcess server, String... words) {
        return () -> {
            String log = server.log();
            return List.of(words).stream().allMatch(log::contains);
        };
    }

    @Test
    void anAddressThatIsNoMasterIsSaidToBeNone() {
        Outcome server = Cli.run("chunk", "ls", "--master", servers.get(0).address());
        assertThat(server.exitCode()).isEqualTo(5);
        assertThat(server.err()).contains(servers.get(0).address()).contains("chunk server");
        Outcome other = Cli.run("chunk", "ls", "--server", master.address());
        assertThat(other.exitCode()).isEqualTo(5);
        assertThat(other.err()).contains(master.address()).contains("master");
        Outcome unknown = Cli.run("chunk", "ls", "--master", "no-such-host.invalid:7000");
        assertThat(unknown.exitCode()).isEqualTo(5);
        assertThat(unknown.err()).contains("no-such-host.invalid");
    }

    @Test
    void wrongUsesAreRefused() throws IOException {
        Path file = random("file");
        assertThat(Cli.run("put", file.toString(), "/a", "--master", master.address(), "--replicas", "0")
                        .exitCode())
                .isEqualTo(2);
        assertThat(Cli.run(
                                "put",
                                file.toString(),
                                "/a",
                                "--master",
                                master.address(),
                                "--server",
                                servers.get(0).address())
                        .exitCode())
                .isEqualTo(2);
        Outcome many = Cli.run("put", file.toString(), "/a", "--master", master.address(), "--replicas", "4");
        assertThat(many.exitCode()).as(many.err()).isEqualTo(5);
        assertThat(many.err()).contains("3").contains("4");
    }

    private JsonNode ask(String... arguments) {
        List<String> withMaster = new ArrayList<>(List.of(arguments));
        withMaster.addAll(List.of("--master", master.address()));
        return Cli.answer(withMaster.toArray(String[]::new));
    }

    /** Chunk and number of copies of each line. */
    private List<String> list(String prefix) {
        Outcome listed = Cli.run("-o", "json", "chunk", "ls", "--prefix", prefix, "--master", master.address());
        assertThat(listed.exitCode()).as(listed.err()).isZero();
        return listed.out()
                .lines()
                .map(RunnerJar::parse)
                .map(chunk ->
                        chunk.get("chunk").asText() + " " + chunk.get("copies").asInt())
                .toList();
    }

    private List<JsonNode> members() {
        JsonNode status = Cli.answer("status", "--master", master.address());
        return StreamSupport.stream(status.get("members").spliterator(), false).toList();
    }

    private void awaitMembers(int alive) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(members().stream()
                                .filter(member ->
                                        member.get("liveness").asText().equals("live") && member.has("state")))
                        .hasSize(alive));
    }

    private Path random(String name) throws IOException {
        byte[] bytes = new byte[LENGTH];
        new Random(7).nextBytes(bytes);
        return Files.write(directory.resolve(name), bytes);
    }
}
