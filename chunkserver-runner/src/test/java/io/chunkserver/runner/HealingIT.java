package io.chunkserver.runner;

import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A master and five servers as processes, clients at work, and what happens to machines and networks: they die, hang, are cut off, and lose
 * their disk. Afterwards every acknowledged chunk has all its copies, and nothing deleted has come back.
 *
 * <p>{@code -Dhealing.seed=S} repeats what the clients ask for, not what the machine does meanwhile.
 */
class HealingIT {

    private static final Logger LOG = LoggerFactory.getLogger(HealingIT.class);

    private static final long SEED = Long.getLong("healing.seed", 20_261_125L);
    private static final int CLIENTS = 2;

    @TempDir
    private Path directory;

    private WorkedCluster cluster;
    private ServerProcess master;
    private MasterClient masterClient;

    /** By which each server reaches the master. */
    private final List<Relay> relaysToMaster = new ArrayList<>();

    private final class OneMaster implements WorkedCluster.Masters {

        @Override
        public List<String> foundBy(int server) {
            return List.of("--master", relaysToMaster.get(server).address());
        }

        @Override
        public MasterClient client() {
            return masterClient;
        }

        @Override
        public ClusterStatus status() throws IOException {
            return masterClient.status();
        }
    }

    @BeforeEach
    void start() throws IOException {
        LOG.warn("seed {}", SEED);
        cluster = new WorkedCluster(directory, new OneMaster());
        master = startMaster("127.0.0.1:0");
        masterClient = cluster.opened(new MasterClient(
                cluster.transport(), List.of(ServerAddress.parse(master.address())), ClientConfig.DEFAULT));
        for (int number = 0; number < WorkedCluster.SERVERS; number++) {
            relaysToMaster.add(cluster.opened(Relay.to(master.port())));
        }
        cluster.start();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private ServerProcess startMaster(String listen) throws IOException {
        return cluster.opened(ServerProcess.startMaster(
                "--listen",
                listen,
                "--replication",
                String.valueOf(WorkedCluster.COPIES),
                "--heartbeat-interval",
                WorkedCluster.INTERVAL));
    }

    @Test
    void everyAcknowledgedChunkOutlivesServersMastersDisksAndNetworksThatFail() throws Exception {
        cluster.work(CLIENTS, SEED);
        cluster.awaitChunks(50);

        killAServerAndHangAnother();
        cutAServerOff();
        killTheMaster();
        cutAllServersApart();
        killAServerWhileTheMasterHangs();
        loseADisk();

        cluster.endWork();
        cluster.settleWhatOnlyTheDiskKnewOf(4);
        cluster.check();
    }

    /** The one comes back with what it had, and the other as if nothing had happened; chunks were deleted meanwhile. */
    private void killAServerAndHangAnother() throws Exception {
        cluster.server(1).kill();
        cluster.awaitDead(1);
        cluster.awaitWhole();
        cluster.server(2).pause();
        cluster.awaitDead(2);
        cluster.awaitDeletions(2);
        cluster.server(2).resume();
        cluster.startAgain(1);
        cluster.awaitAlive(WorkedCluster.SERVERS);
    }

    /** It lives on, is taken for dead, and meets what was stored and deleted without it. */
    private void cutAServerOff() throws IOException {
        relaysToMaster.get(0).cut();
        cluster.relayTo(0).cut();
        cluster.awaitDead(0);
        cluster.awaitDeletions(2);
        cluster.awaitWhole();
        relaysToMaster.get(0).mend();
        cluster.relayTo(0).mend();
        cluster.awaitAlive(WorkedCluster.SERVERS);
    }

    private void killTheMaster() throws IOException {
        String address = master.address();
        master.kill();
        master = startMaster(address);
        cluster.awaitAlive(WorkedCluster.SERVERS);
    }

    /** No server reaches another, nor does a client; the master hears them all. What was under way is settled afterwards. */
    private void cutAllServersApart() throws IOException {
        for (int number = 0; number < WorkedCluster.SERVERS; number++) {
            cluster.relayTo(number).cut();
        }
        cluster.awaitFailure();
        for (int number = 0; number < WorkedCluster.SERVERS; number++) {
            cluster.relayTo(number).mend();
        }
        cluster.awaitWhole();
    }

    private void killAServerWhileTheMasterHangs() throws Exception {
        master.pause();
        cluster.server(3).kill();
        cluster.startAgain(3);
        master.resume();
        cluster.awaitAlive(WorkedCluster.SERVERS);
    }

    /** A server comes back under its name with nothing; its name is free when it is taken for dead. */
    private void loseADisk() throws IOException {
        cluster.awaitWhole();
        cluster.server(4).kill();
        cluster.startWithoutItsDisk(4);
        cluster.awaitAlive(WorkedCluster.SERVERS);
    }
}
