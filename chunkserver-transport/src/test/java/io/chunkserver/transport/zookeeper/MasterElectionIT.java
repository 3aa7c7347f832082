package io.chunkserver.transport.zookeeper;

import static io.chunkserver.transport.zookeeper.ZooKeeperFixture.CHUNK;
import static io.chunkserver.transport.zookeeper.ZooKeeperFixture.eventually;
import static io.chunkserver.transport.zookeeper.ZooKeeperFixture.leaderNode;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.zookeeper.ZooKeeperFixture.RunningCandidate;
import io.chunkserver.transport.zookeeper.ZooKeeperFixture.RunningServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Masters that are elected by a real ZooKeeper of one member, and who follows them. */
class MasterElectionIT {

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

    @Test
    void theEpochOfTheLeaderIsTheTransactionThatMadeItsNode() throws Exception {
        RunningCandidate master = fixture.master("m1");
        eventually(master::leads);
        assertThat(master.epoch())
                .isEqualTo(look.exists(leaderNode(look), false).getCzxid());
        assertThat(new String(look.getData(leaderNode(look), false, null), StandardCharsets.UTF_8))
                .isEqualTo(master.endpoint().reachable().toString());
    }

    @Test
    void onlyOneLeadsAndBothAreTold() throws Exception {
        RunningCandidate first = fixture.master("m1");
        eventually(first::leads);
        RunningCandidate second = fixture.master("m2");
        RunningServer server = fixture.server(directory, "s1");
        eventually(() -> server.knows(2));
        eventually(() -> second.status().chunks() == 1);
        assertThat(second.leads()).isFalse();
        assertThat(first.leads()).isTrue();
    }

    @Test
    void anotherTakesOverWithAGreaterEpochAndClientsFollow() throws Exception {
        RunningCandidate first = fixture.master("m1");
        eventually(first::leads);
        RunningCandidate second = fixture.master("m2");
        RunningServer server = fixture.server(directory, "s1");
        EnsembleMasters masters = fixture.clients();
        try (MasterClient client = new MasterClient(fixture.transport, masters, ClientConfig.DEFAULT)) {
            eventually(() -> server.knows(2) && masters.current().size() == 2);
            assertThat(masters.current())
                    .containsExactly(
                            first.endpoint().reachable(), second.endpoint().reachable());
            long epoch = first.epoch();
            assertThat(client.place(new PlacementRequest(CHUNK, 1, 1, null, Set.of()))
                            .members())
                    .containsExactly(server.server().self());
            first.stop();
            eventually(second::leads);
            assertThat(second.epoch()).isGreaterThan(epoch);
            eventually(() -> masters.current().equals(List.of(second.endpoint().reachable())));
            assertThat(client.place(new PlacementRequest(CHUNK, 1, 1, null, Set.of()))
                            .members())
                    .containsExactly(server.server().self());
            assertThat(client.locate(CHUNK).members())
                    .containsExactly(server.server().self());
        }
    }

    @Test
    void aLeaderWhoseSessionExpiresStandsBackAndIsACandidateAgain() throws Exception {
        RunningCandidate first = fixture.master("m1");
        eventually(first::leads);
        RunningCandidate second = fixture.master("m2");
        EnsembleMasters masters = fixture.clients();
        eventually(() -> masters.current().size() == 2);
        long epoch = first.epoch();
        fixture.expireOwnerOf(look, leaderNode(look));
        eventually(second::leads);
        assertThat(second.epoch()).isGreaterThan(epoch);
        eventually(() -> !first.leads());
        eventually(() -> masters.current()
                .equals(List.of(second.endpoint().reachable(), first.endpoint().reachable())));
        second.stop();
        eventually(() -> first.leads() && first.epoch() > epoch);
    }

    @Test
    void aLeaderThatCannotReachTheEnsembleStandsBack() throws Exception {
        RunningCandidate master = fixture.master("m1");
        eventually(master::leads);
        zooKeeper.stop();
        eventually(() -> !master.leads());
        zooKeeper.restart();
        eventually(master::leads);
    }

    @Test
    void aCandidateIsToldOncePerLeadership() throws Exception {
        AtomicInteger told = new AtomicInteger();
        Candidate candidate = new Candidate() {
            @Override
            public void lead(long epoch, BooleanSupplier confirmed) {
                told.incrementAndGet();
            }

            @Override
            public void standBy() {
                // Said again and again.
            }
        };
        RunningCandidate other = fixture.master("m1");
        eventually(other::leads);
        try (MasterElection election = MasterElection.start(
                candidate,
                ServerAddress.parse("127.0.0.1:1"),
                fixture.address(),
                ZooKeeperFixture.FAST,
                new SplittableRandom(7))) {
            EnsembleMasters masters = fixture.clients();
            eventually(() -> masters.current().size() == 2);
            assertThat(told).hasValue(0);
            other.stop();
            eventually(() -> told.get() > 0);
            // Each of these wakes the candidate once more.
            for (int i = 0; i < 3; i++) {
                String node = look.create(
                        "/storage/test/masters/other-latch-",
                        "127.0.0.1:2".getBytes(StandardCharsets.UTF_8),
                        ZooKeeperFixture.EVERYBODY,
                        CreateMode.EPHEMERAL_SEQUENTIAL);
                eventually(() -> masters.current().size() == 2);
                look.delete(node, -1);
                eventually(() -> masters.current().size() == 1);
            }
            assertThat(told).hasValue(1);
            assertThat(election).isNotNull();
        }
    }

    /** Its clock shows that it was stopped for longer than a session lasts, and it does not wait for the ensemble to tell it. */
    @Test
    void aLeaderThatWasStoppedIsNotConfirmedBeforeItHasAskedTheEnsembleAgain() throws Exception {
        AtomicLong stopped = new AtomicLong();
        AtomicReference<BooleanSupplier> confirmed = new AtomicReference<>(() -> false);
        Candidate candidate = new Candidate() {
            @Override
            public void lead(long epoch, BooleanSupplier stillLeads) {
                confirmed.set(stillLeads);
            }

            @Override
            public void standBy() {
                // Comes too late where a process was stopped.
            }
        };
        Ticker ticker = new Ticker() {
            @Override
            public long read() {
                return System.nanoTime() + stopped.get();
            }
        };
        try (MasterElection election = MasterElection.start(
                candidate,
                ServerAddress.parse("127.0.0.1:1"),
                fixture.address(),
                ZooKeeperFixture.FAST,
                ticker,
                new SplittableRandom(7))) {
            eventually(() -> confirmed.get().getAsBoolean());
            zooKeeper.stop();
            stopped.addAndGet(ZooKeeperFixture.FAST.sessionTimeout().toNanos());
            assertThat(confirmed.get().getAsBoolean()).isFalse();
            zooKeeper.restart();
            eventually(() -> confirmed.get().getAsBoolean());
            assertThat(election).isNotNull();
        }
    }

    @Test
    void aNodeThatIsNoMastersIsPassedBy() throws Exception {
        RunningCandidate master = fixture.master("m1");
        eventually(master::leads);
        look.create(
                "/storage/test/masters/what-latch-",
                "what?".getBytes(StandardCharsets.UTF_8),
                ZooKeeperFixture.EVERYBODY,
                CreateMode.EPHEMERAL_SEQUENTIAL);
        RunningServer server = fixture.server(directory, "s1");
        eventually(() -> server.isRegistered() && server.knows(1));
        assertThat(server.server().status().masters()).hasSize(2);
    }
}
