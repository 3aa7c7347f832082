package io.chunkserver.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import io.chunkserver.transport.server.EndpointConfig;
import io.chunkserver.transport.server.MasterEndpoint;
import io.chunkserver.transport.testkit.Cluster;
import io.chunkserver.transport.testkit.FakeMaster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the operations on a running server answer and exit with. */
@ExtendWith(ExpectedErrors.class)
class OperationsTest {

    /** So slow that a cycle that has examined the only chunk looks into folders for hours. */
    private static final ScrubConfig SLOW = new ScrubConfig(1_000, Duration.ZERO, Duration.ofDays(7));

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    private Cluster cluster;
    private ServerAddress server;
    private final FakeMaster master = new FakeMaster("m");
    private Transport masterTransport;
    private MasterEndpoint masterEndpoint;

    @BeforeEach
    void start() throws IOException {
        cluster = new Cluster(directory, () -> new TcpTransport(TcpTransportConfig.DEFAULT));
        server = cluster.start("a", 0, ChunkServerConfig.DEFAULT.withScrub(SLOW));
        masterTransport = new TcpTransport(TcpTransportConfig.DEFAULT);
        masterEndpoint = MasterEndpoint.open(
                master, masterTransport, new ServerAddress("127.0.0.1", 0), null, EndpointConfig.DEFAULT);
    }

    @AfterEach
    void stop() throws IOException {
        masterEndpoint.close();
        masterTransport.close();
        cluster.close();
    }

    private int run(TestConsole console, String command) {
        return console.run((command + " --server " + server).split(" "));
    }

    @Test
    void aServerWithoutMastersIsNotDrainedWhenWhoeverAsksWantsToWaitForOne() {
        TestConsole console = new TestConsole();

        assertThat(run(console, "drain --wait")).isEqualTo(2);

        assertThat(console.err())
                .contains("server a has no master that copies its chunks, and was not drained", "leave out --wait");
        assertThat(cluster.server("a").status().state()).isEqualTo(ServerState.READY);
        assertThat(run(new TestConsole(), "drain")).isZero();
        assertThat(cluster.server("a").status().state()).isEqualTo(ServerState.DRAINING);

        TestConsole again = new TestConsole();
        assertThat(run(again, "drain --wait")).isEqualTo(2);
        assertThat(again.err()).contains("and is drained already").doesNotContain("was not drained");
    }

    @Test
    void aServerIsDrainedAndResumedByTheIdUnderWhichAMasterKnowsIt() {
        Incarnation run = new Incarnation(new ServerId("a"), new UUID(0, 1), 1);
        master.members(List.of(new MemberStatus(
                new Registration(run, cluster.server("a").self(), 1, 1, 1), Liveness.LIVE, null, 0, 0, 0)));
        String by = " --master " + masterEndpoint.address() + " --server-id ";

        assertThat(new TestConsole().run(("drain" + by + "a").split(" "))).isZero();
        assertThat(cluster.server("a").status().state()).isEqualTo(ServerState.DRAINING);
        assertThat(new TestConsole().run(("resume" + by + "a").split(" "))).isZero();
        assertThat(cluster.server("a").status().state()).isEqualTo(ServerState.READY);

        TestConsole console = new TestConsole();
        assertThat(console.run(("drain" + by + "b").split(" "))).isEqualTo(4);
        assertThat(console.err())
                .contains("no server b is known to --master " + masterEndpoint.address(), "hint: see its servers with");
    }

    @Test
    void aRangePastTheEndOfAChunkIsToldByTheFirstServerThatHasIt() throws IOException {
        Path content = Files.write(directory.resolve("content"), new byte[100]);
        assertThat(run(new TestConsole(), "chunk put " + content + " /a#0")).isZero();
        master.holders(cluster.server("a").self());
        TestConsole console = new TestConsole();

        assertThat(console.run(("chunk get /a#0 " + directory.resolve("copy") + " --offset 90 --length 20 --master "
                                + masterEndpoint.address())
                        .split(" ")))
                .isEqualTo(2);

        assertThat(console.err()).contains("/a#0", "100 bytes");
        assertThat(master.told(ChunkId.class)).as("asked where it is").hasSize(1);
    }

    @Test
    void whoeverStartsAScrubHearsThatItRunsAndWhoeverAsksForItHearsOfDamage() throws IOException {
        Path content = Files.write(directory.resolve("content"), new byte[100]);
        assertThat(run(new TestConsole(), "chunk put " + content + " /a#0")).isZero();
        damageTheOnlyChunk();

        assertThat(run(new TestConsole(), "scrub start")).isZero();
        await().atMost(PATIENCE).until(() -> cluster.server("a").scrub().damaged() == 1);

        TestConsole again = new TestConsole();
        assertThat(run(again, "scrub start"))
                .as("exit code while it is under way")
                .isZero();
        assertThat(again.out()).contains("running, examined 1 of 1 chunk, ", "damaged 1");
        assertThat(run(new TestConsole(), "scrub status")).isEqualTo(7);
    }

    @Test
    void whoeverAsksForTheScrubHearsOfAChunkThatIsNotThere() throws IOException {
        Path content = Files.write(directory.resolve("content"), new byte[100]);
        assertThat(run(new TestConsole(), "chunk put " + content + " /a#0")).isZero();
        TestConsole before = new TestConsole();
        assertThat(run(before, "scrub status")).isZero();
        assertThat(before.out()).doesNotContain("not here");
        damageTheOnlyChunk();
        assertThat(run(new TestConsole(), "chunk verify /a#0")).isEqualTo(7);
        await().atMost(PATIENCE)
                .until(() -> !cluster.server("a").status().lostChunks().isEmpty());

        TestConsole after = new TestConsole();
        assertThat(run(after, "scrub status")).isEqualTo(7);
        assertThat(after.out()).contains("damaged 0", "; 1 chunk not here that should be");
        TestConsole json = new TestConsole();
        assertThat(run(json, "-o json scrub status")).isEqualTo(7);
        assertThat(json.out()).contains("\"lostChunks\":1");
        assertThat(run(new TestConsole(), "status"))
                .as("which reports, and judges nothing")
                .isZero();
    }

    private void damageTheOnlyChunk() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("a"))) {
            Path chunk = files.filter(file -> file.toString().endsWith(".chunk"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(chunk);
            bytes[50] ^= 4;
            Files.write(chunk, bytes);
        }
    }
}
