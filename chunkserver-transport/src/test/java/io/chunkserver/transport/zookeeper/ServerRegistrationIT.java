package io.chunkserver.transport.zookeeper;

import static io.chunkserver.transport.zookeeper.ZooKeeperFixture.CONTENT;
import static io.chunkserver.transport.zookeeper.ZooKeeperFixture.eventually;
import static io.chunkserver.transport.zookeeper.ZooKeeperFixture.nodeOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.membership.ServerState;
import io.chunkserver.transport.protocol.RegisteredServer;
import io.chunkserver.transport.zookeeper.ZooKeeperFixture.RunningCandidate;
import io.chunkserver.transport.zookeeper.ZooKeeperFixture.RunningServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chunk servers at a real ZooKeeper of one member. */
class ServerRegistrationIT {

    @TempDir
    private Path directory;

    private TestingServer zooKeeper;
    private ZooKeeperFixture fixture;
    private ZooKeeper look;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer();
        fixture = new ZooKeeperFixture(zooKeeper.getConnectString());
        look = fixture.look();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
        zooKeeper.close();
    }

    private RegisteredServer node(String id) throws Exception {
        return RegisteredServer.decode(look.getData(nodeOf(id), false, null));
    }

    @Test
    void aServerIsSeenByWhoeverAsksAndMeetsItsMaster() throws Exception {
        RunningCandidate master = fixture.master("m1");
        RunningServer server = fixture.server(directory, "s1");
        eventually(server::isRegistered);
        assertThat(node("s1").registration()).isEqualTo(server.server().registration());
        assertThat(node("s1").state()).isEqualTo(ServerState.READY);
        eventually(() -> server.knows(1));
        eventually(() -> master.status().chunks() == 1);
    }

    @Test
    void aChangedStateIsSeen() throws Exception {
        RunningServer server = fixture.server(directory, "s1");
        eventually(server::isRegistered);
        assertThat(server.server().drain(Duration.ZERO).toCompletableFuture().join())
                .isTrue();
        eventually(() -> node("s1").state() == ServerState.DRAINING);
    }

    @Test
    void anExpiredSessionIsMadeAnewWhileReadsGoOn() throws Exception {
        RunningCandidate master = fixture.master("m1");
        RunningServer server = fixture.server(directory, "s1");
        eventually(() -> server.isRegistered() && server.knows(1) && master.leads());
        long before = look.exists(nodeOf("s1"), false).getEphemeralOwner();
        AtomicBoolean stopped = new AtomicBoolean();
        AtomicInteger reads = new AtomicInteger();
        Thread reader = new Thread(() -> {
            while (!stopped.get()) {
                try {
                    assertThat(server.read()).isEqualTo(CONTENT);
                    reads.incrementAndGet();
                } catch (Exception e) {
                    throw new AssertionError("a read failed while the session was lost", e);
                }
            }
        });
        AtomicInteger died = new AtomicInteger();
        reader.setUncaughtExceptionHandler((thread, e) -> died.incrementAndGet());
        reader.start();
        fixture.expireOwnerOf(look, nodeOf("s1"));
        eventually(() -> {
            Stat node = look.exists(nodeOf("s1"), false);
            return node != null && node.getEphemeralOwner() != before;
        });
        eventually(() -> server.isRegistered() && server.knows(1));
        stopped.set(true);
        reader.join();
        assertThat(died).hasValue(0);
        assertThat(reads).hasPositiveValue();
    }

    @Test
    void anEnsembleThatIsAwayAndComesBackIsRegisteredWithAnew() throws Exception {
        RunningServer server = fixture.server(directory, "s1");
        eventually(server::isRegistered);
        int port = zooKeeper.getPort();
        zooKeeper.stop();
        // At first only a request may be known to be lost; why, the next look finds out.
        eventually(() -> server.registry().reason().contains("nothing listens at 127.0.0.1:" + port));
        assertThat(server.isRegistered()).isFalse();
        assertThat(server.read()).isEqualTo(CONTENT);
        zooKeeper.restart();
        eventually(server::isRegistered);
        // The session of whoever looks may be over too.
        look = fixture.look();
        assertThat(node("s1").registration()).isEqualTo(server.server().registration());
    }

    @Test
    void anotherServerOfOneNameIsRefusedWithBothAddresses() throws Exception {
        RunningServer first = fixture.server(directory.resolve("one"), "s1");
        eventually(first::isRegistered);
        RunningServer second = fixture.server(directory.resolve("two"), "s1");
        eventually(() ->
                second.registry().reason().contains(first.endpoint().address().toString()));
        assertThat(second.isRegistered()).isFalse();
        assertThat(second.registry().reason())
                .contains(second.endpoint().address().toString());
        assertThat(second.read()).as("it goes on serving").isEqualTo(CONTENT);
        assertThat(first.isRegistered()).isTrue();
        assertThat(node("s1").registration()).isEqualTo(first.server().registration());
        first.registration().close();
        eventually(second::isRegistered);
    }

    @Test
    void aServerThatIsStartedAgainTakesOverFromItsOwnPast() throws Exception {
        RunningServer first = fixture.server(directory, "s1");
        eventually(first::isRegistered);
        RegisteredServer past = node("s1");
        first.registration().close();
        first.endpoint().close();
        first.server().close();
        // A killed process leaves its node there until its session has timed out: this one never does.
        look.create(nodeOf("s1"), past.encode(), ZooKeeperFixture.EVERYBODY, CreateMode.EPHEMERAL);
        RunningServer again = fixture.server(directory, "s1");
        eventually(again::isRegistered);
        assertThat(node("s1").registration().server().bootCount())
                .isEqualTo(past.registration().server().bootCount() + 1);
    }

    @Test
    void aNodeThatCannotBeReadIsLeftAloneAndNamed() throws Exception {
        RunningServer other = fixture.server(directory.resolve("other"), "s2");
        eventually(other::isRegistered);
        look.create(
                nodeOf("s1"),
                "what?".getBytes(StandardCharsets.UTF_8),
                ZooKeeperFixture.EVERYBODY,
                CreateMode.PERSISTENT);
        RunningServer server = fixture.server(directory.resolve("one"), "s1");
        eventually(() -> server.registry().reason().contains("node of a registered server"));
        assertThat(server.read()).isEqualTo(CONTENT);
        look.delete(nodeOf("s1"), -1);
        eventually(server::isRegistered);
    }
}
