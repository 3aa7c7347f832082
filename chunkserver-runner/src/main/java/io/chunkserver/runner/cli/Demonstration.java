package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.config.Durations;
import io.chunkserver.runner.config.SecurityConfig;
import io.chunkserver.runner.file.FileDownload;
import io.chunkserver.runner.file.FileManifest;
import io.chunkserver.runner.file.FileUpload;
import io.chunkserver.runner.file.LocalFileTarget;
import io.chunkserver.runner.file.PlacedServers;
import io.chunkserver.runner.file.Sha256;
import io.chunkserver.runner.file.StoredFile;
import io.chunkserver.runner.server.ChildServer;
import io.chunkserver.runner.server.TcpTransports;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The demonstration's steps, each said in one line. It ends without an exception only when everything that is said has been seen
 * to hold.
 */
final class Demonstration implements Closeable {

    private static final int COPIES = 3;

    /** One more, so that the copies of a lost one can be made anew. */
    private static final int SERVERS = 4;

    /** Short, so that nobody waits long until the loss of a server is noticed. */
    private static final Duration HEARTBEAT_INTERVAL = Duration.ofMillis(500);

    /** How long the copies may take to be made anew, and the pause between two looks. */
    private static final Duration HEALING_TIMEOUT = Duration.ofMinutes(2);

    private static final Duration HEALING_PAUSE = Duration.ofMillis(250);

    /** Small files are cut too, so that there is more than one chunk to see. */
    private static final int WANTED_CHUNKS = 3;

    private static final long MAX_CHUNK_BYTES = 64L << 20;

    /** What the servers get beyond the file itself. */
    private static final long SPARE_BYTES = 64L << 20;

    private final Console console;
    private final Path directory;
    private final SecurityConfig security;
    private final Transport transport;
    private final ChunkClient client;
    private final List<ChildServer> servers = new ArrayList<>();
    private @Nullable ChildServer master;
    private @Nullable MasterClient masterClient;
    private int step;

    Demonstration(Console console, Path directory, SecurityConfig security) throws ChunkServerException {
        this.console = console;
        this.directory = directory;
        this.security = security;
        this.transport = TcpTransports.open(security);
        this.client = new ChunkClient(transport, ClientConfig.DEFAULT);
    }

    void run(Path file) throws IOException, InterruptedException {
        startCluster(Files.size(file));
        StoredFile stored = store(file);
        ChildServer killed = kill(stored);
        readBack(stored);
        awaitHealed();
        for (ChildServer server : servers) {
            if (server != killed) {
                List<TransactionSummary> open = client.transactions(server.address());
                require(open.isEmpty(), "server at " + server.address() + " still has open transactions: " + open);
            }
        }
        say("no transaction is left open anywhere");
        say("done: everything above was checked, not assumed");
    }

    private void startCluster(long fileBytes) throws IOException, InterruptedException {
        master = ChildServer.start(
                directory.resolve("master.log"),
                secured(
                        "master",
                        "--replication",
                        String.valueOf(COPIES),
                        "--heartbeat-interval",
                        Durations.exact(HEARTBEAT_INTERVAL)));
        master.awaitReady();
        for (int number = 1; number <= SERVERS; number++) {
            servers.add(startServer("server-" + number, number, fileBytes));
        }
        for (ChildServer server : servers) {
            server.awaitReady();
        }
        masterClient = new MasterClient(transport, List.of(master.address()), ClientConfig.DEFAULT);
        await("all servers are registered", status -> alive(status) == SERVERS);
        say("a master at " + master.address() + " and four chunk servers are up, each in a process of its own: "
                + servers.stream()
                        .map(server -> server.address() + " (pid " + server.pid() + ")")
                        .collect(Collectors.joining(", ")));
    }

    private ChildServer startServer(String name, int number, long fileBytes) throws IOException {
        return ChildServer.start(
                directory.resolve(name + ".log"),
                secured(
                        "serve",
                        "--server-id",
                        name,
                        "--x",
                        String.valueOf(number),
                        "--data-dir",
                        directory.resolve(name).toString(),
                        "--space",
                        fileBytes + SPARE_BYTES + "B",
                        "--master",
                        requireMaster().address().toString(),
                        "--heartbeat-interval",
                        Durations.exact(HEARTBEAT_INTERVAL)));
    }

    private List<String> secured(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(security.options());
        return all;
    }

    private StoredFile store(Path file) throws IOException {
        long chunkSize = Math.min(MAX_CHUNK_BYTES, Files.size(file) / WANTED_CHUNKS + 1);
        StoredFile stored =
                new FileUpload(client, placed(), position -> {}).store(file, "/demo/" + file.getFileName(), chunkSize);
        FileManifest manifest = stored.manifest();
        say("stored " + file + ", " + Quantity.bytes(manifest.lengthBytes()) + ", as "
                + Quantity.chunks(manifest.chunkCount())
                + " with 3 copies each, where the master said; chunk 0 last, as the commit of the whole");
        for (Receipt receipt : stored.receipts()) {
            say("  " + receipt.chunk() + " version " + receipt.version() + ", committed in two phases as transaction "
                    + receipt.transaction() + ", on disk at "
                    + receipt.applied().stream().map(ServerId::value).collect(Collectors.joining(", ")));
            require(
                    receipt.members() == COPIES && receipt.applied().size() == COPIES,
                    "chunk " + receipt.chunk() + " is not on " + COPIES + " servers");
        }
        return stored;
    }

    private PlacedServers placed() {
        return new PlacedServers(requireMasterClient(), COPIES, null, null, Duration.ofMinutes(1));
    }

    /** Kills the primary of chunk 0. */
    private ChildServer kill(StoredFile stored) {
        String primary = stored.receipts().get(0).applied().get(0).value();
        ChildServer victim = servers.get(Integer.parseInt(primary.substring(primary.indexOf('-') + 1)) - 1);
        victim.kill();
        say("killed " + primary + " at " + victim.address() + " without warning (SIGKILL to pid " + victim.pid() + ")");
        return victim;
    }

    private void readBack(StoredFile stored) throws IOException {
        FileDownload download = new FileDownload(client, placed(), ReadMode.COMMITTED);
        FileManifest manifest = download.manifest(stored.path());
        Path copy = directory.resolve("copy");
        try (LocalFileTarget target = LocalFileTarget.create(copy)) {
            download.fetch(stored.path(), manifest, target, position -> {});
        }
        say("read it back from the others, " + Quantity.bytes(Files.size(copy)));
        String before = stored.manifest().sha256();
        String after = Sha256.of(copy);
        require(before.equals(after), "SHA-256 was " + before + " and is " + after);
        say("SHA-256 before and after: " + after);
    }

    private void awaitHealed() throws IOException, InterruptedException {
        await("the lost copies are made anew", status -> alive(status) == SERVERS - 1 && status.underReplicated() == 0);
        say("the master has noticed the loss, and every chunk has 3 copies again, on the servers that are left");
    }

    private static long alive(ClusterStatus status) {
        return status.members().stream()
                .filter(member -> member.liveness() != Liveness.DEAD && member.lastHeartbeat() != null)
                .count();
    }

    private void await(String what, Predicate<ClusterStatus> holds) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + HEALING_TIMEOUT.toNanos();
        // Nothing ever counts the latch down: only the time passes.
        CountDownLatch never = new CountDownLatch(1);
        while (!holds.test(requireMasterClient().status())) {
            require(
                    System.nanoTime() < deadline,
                    "after " + HEALING_TIMEOUT.toSeconds() + " s it does not hold that " + what);
            var unused = never.await(HEALING_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private ChildServer requireMaster() {
        return Objects.requireNonNull(master, "the master was not started");
    }

    private MasterClient requireMasterClient() {
        return Objects.requireNonNull(masterClient, "the master was not started");
    }

    private void say(String line) {
        step++;
        console.answer(new Answer(
                line,
                JsonLine.answer("chunkserver.demo-step/1").with("step", step).with("message", line.strip())));
    }

    private static void require(boolean holds, String otherwise) throws IOException {
        if (!holds) {
            throw Failure.of(ErrorCode.INTERNAL, "the demonstration failed: " + otherwise)
                    .toException();
        }
    }

    @Override
    public void close() throws IOException {
        servers.forEach(ChildServer::close);
        try (transport;
                client;
                MasterClient opened = masterClient;
                ChildServer started = master) {
            // Closed in the reverse order, all of them also when one fails.
        }
    }
}
