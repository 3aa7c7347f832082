package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.file.PlacedServers;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Five chunk servers as processes, each reached by others through a relay that can be cut, clients at work on them, and what must be so in
 * the end: every acknowledged chunk is whole at as many servers as it should be, and nothing deleted is anywhere. Who the masters are, and
 * what happens to all of them, is the test's.
 *
 * <p>What a cut server itself sends to others passes by their relays and so still gets through; {@code HealingSimulation} cuts each direction.
 */
final class WorkedCluster implements AutoCloseable {

    static final int SERVERS = 5;
    static final int COPIES = 3;
    static final String INTERVAL = "500ms";

    private static final Logger LOG = LoggerFactory.getLogger(WorkedCluster.class);

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Short, so that a client that waits for a server that is cut off goes on soon. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

    private static final ClientConfig CLIENT =
            ClientConfig.DEFAULT.withRequestTimeout(REQUEST_TIMEOUT).withTransferTimeout(REQUEST_TIMEOUT);

    /** The masters of the cluster. */
    interface Masters {

        /** The options by which a server finds them. */
        List<String> foundBy(int server);

        /** A client that finds them. */
        MasterClient client();

        /** What the one says that leads, or will. */
        ClusterStatus status() throws IOException;
    }

    private final Path directory;
    private final Masters masters;

    /** Everything that was opened, the last first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private final TcpTransport transport = opened(new TcpTransport(TcpTransportConfig.DEFAULT));
    private final ChunkClient client = opened(new ChunkClient(transport, CLIENT));
    private final List<Relay> relays = new ArrayList<>();
    private final List<ServerProcess> servers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<ClusterLoad> loads = new ArrayList<>();
    private final List<Future<?>> atWork = new ArrayList<>();

    /** A cluster without servers yet. */
    WorkedCluster(Path directory, Masters masters) {
        this.directory = directory;
        this.masters = masters;
    }

    /** Has this closed with the cluster, before what was opened earlier. */
    <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    TcpTransport transport() {
        return transport;
    }

    ChunkClient client() {
        return client;
    }

    /** Starts all servers and waits until the master hears them. */
    void start() throws IOException {
        for (int number = 0; number < SERVERS; number++) {
            relays.add(opened(Relay.open()));
            servers.add(serve(number, directory.resolve("s" + number)));
        }
        awaitAlive(SERVERS);
    }

    private ServerProcess serve(int number, Path data) throws IOException {
        List<String> options = new ArrayList<>(List.of("--server-id", "s" + number, "--x", String.valueOf(number)));
        options.addAll(List.of("--heartbeat-interval", INTERVAL));
        options.addAll(List.of("--advertise", relays.get(number).address()));
        options.addAll(masters.foundBy(number));
        ServerProcess server = opened(ServerProcess.start(data, options.toArray(String[]::new)));
        relays.get(number).leadTo(server.port());
        return server;
    }

    ServerProcess server(int number) {
        return servers.get(number);
    }

    /** What others reach a server through. */
    Relay relayTo(int number) {
        return relays.get(number);
    }

    /** Starts a server that was killed. */
    void startAgain(int number) throws IOException {
        servers.set(number, serve(number, directory.resolve("s" + number)));
    }

    /** The same under its name with an empty disk. */
    void startWithoutItsDisk(int number) throws IOException {
        servers.set(number, serve(number, directory.resolve("another-disk-of-s" + number)));
    }

    /** Has so many clients store, replace, read and delete from now on; what they ask for is drawn from the seed. */
    void work(int clients, long seed) {
        for (int number = 0; number < clients; number++) {
            PlacedServers placed = new PlacedServers(masters.client(), COPIES, null, null, REQUEST_TIMEOUT);
            ClusterLoad load = new ClusterLoad(client, placed, "/load-" + number, seed + number);
            loads.add(load);
            atWork.add(threads.submit(load));
        }
    }

    /** Ends the clients' work. */
    void endWork() throws Exception {
        loads.forEach(ClusterLoad::stop);
        for (Future<?> load : atWork) {
            load.get();
        }
        awaitAlive(SERVERS);
    }

    /**
     * Does what an operator has to after a coordinator has lost its log: nobody else can tell what became of the transactions that it was
     * about to decide. What all other members have promised may be committed, and is; what one of them has not cannot be, and is aborted.
     */
    void settleWhatOnlyTheDiskKnewOf(int lost) throws IOException {
        ServerId coordinator = new ServerId("s" + lost);
        Map<TransactionSummary, List<ServerAddress>> inDoubt = new HashMap<>();
        for (ServerProcess server : servers) {
            ServerAddress address = ServerAddress.parse(server.address());
            for (TransactionSummary open : client.transactions(address)) {
                if (open.state() == TransactionState.PREPARED
                        && open.chain().get(0).id().equals(coordinator)) {
                    inDoubt.computeIfAbsent(open, any -> new ArrayList<>()).add(address);
                }
            }
        }
        for (Map.Entry<TransactionSummary, List<ServerAddress>> entry : inDoubt.entrySet()) {
            TransactionSummary open = entry.getKey();
            boolean commit = entry.getValue().size() == open.chain().size() - 1;
            LOG.warn("{} of {} is settled by hand: {}", open.transaction(), open.chunk(), commit ? "commit" : "abort");
            for (ServerAddress address : entry.getValue()) {
                try {
                    client.settleByHand(address, open.transaction(), commit);
                } catch (ChunkServerException.Conflict | ChunkServerException.NotFound known) {
                    LOG.warn("somebody could tell after all: {}", known.getMessage());
                }
            }
        }
    }

    /** Checks what must be so when all is quiet. */
    void check() throws Exception {
        awaitWholeAndQuiet();
        int acknowledged = 0;
        for (ClusterLoad load : loads) {
            load.check(masters.client(), COPIES, servers);
            acknowledged += load.stored().size();
            LOG.warn(
                    "{} chunks are there, {} deleted, {} requests failed: {}",
                    load.stored().size(),
                    load.deleted().size(),
                    load.failures().size(),
                    load.failures().stream().limit(5).toList());
        }
        assertThat(acknowledged).as("chunks that were acknowledged").isGreaterThan(50);
        assertThat(deleted()).as("chunks that were deleted").isPositive();
    }

    private int deleted() {
        return loads.stream().mapToInt(load -> load.deleted().size()).sum();
    }

    private int failed() {
        return loads.stream().mapToInt(load -> load.failures().size()).sum();
    }

    static void eventually(Callable<Boolean> holds) {
        await().atMost(PATIENCE).ignoreExceptions().until(holds);
    }

    void awaitChunks(long wanted) {
        eventually(() -> masters.status().chunks() >= wanted);
    }

    /** Waits until the clients have deleted so many more chunks. */
    void awaitDeletions(int more) {
        int wanted = deleted() + more;
        eventually(() -> deleted() >= wanted);
    }

    /** Waits until so many more requests of the clients have ended. */
    void awaitRequests(int more) {
        int wanted = requests() + more;
        eventually(() -> requests() >= wanted);
    }

    private int requests() {
        return loads.stream().mapToInt(ClusterLoad::requests).sum();
    }

    /** Waits until another request of the clients has failed. */
    void awaitFailure() {
        int before = failed();
        eventually(() -> failed() > before);
    }

    void awaitAlive(long wanted) {
        eventually(() -> alive() == wanted);
    }

    long alive() throws IOException {
        return masters.status().members().stream()
                .filter(WorkedCluster::isAlive)
                .count();
    }

    private static boolean isAlive(MemberStatus member) {
        return member.liveness() == Liveness.LIVE && member.lastHeartbeat() != null;
    }

    private static boolean isAtWork(MemberStatus member) {
        return member.lastHeartbeat() != null && member.lastHeartbeat().openTransactions() > 0;
    }

    void awaitDead(int number) {
        eventually(() -> masters.status().members().stream()
                .anyMatch(member -> member.liveness() == Liveness.DEAD
                        && member.registration().member().id().value().equals("s" + number)));
    }

    void awaitWhole() throws IOException {
        awaitLasting(WorkedCluster::isWhole);
    }

    /** Also waits for transactions in doubt, which may yet bring an older version of a chunk that was deleted without that server. */
    private void awaitWholeAndQuiet() throws IOException {
        awaitLasting(status -> isWhole(status)
                && status.stale() == 0
                && status.members().stream().noneMatch(WorkedCluster::isAtWork));
    }

    private static boolean isWhole(ClusterStatus status) {
        return status.leading() && status.settled() && status.underReplicated() == 0 && status.conflicting() == 0;
    }

    /** So for a while and not only at one moment: reports of what has just changed may be on their way. */
    private void awaitLasting(Predicate<ClusterStatus> wanted) throws IOException {
        try {
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .during(Duration.ofSeconds(3))
                    .until(() -> wanted.test(masters.status()));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("the cluster does not become whole and quiet: " + masters.status(), e);
        }
    }

    /** Closes everything, also when one of them cannot be closed; a killed process is closed once more without harm. */
    @Override
    public void close() {
        loads.forEach(ClusterLoad::stop);
        threads.shutdown();
        List<Throwable> failures = new ArrayList<>();
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception | AssertionError e) {
                failures.add(e);
            }
        }
        assertThat(failures).as("failures to close").isEmpty();
    }
}
