package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.file.FileDownload;
import io.chunkserver.runner.file.FileManifest;
import io.chunkserver.runner.file.FileUpload;
import io.chunkserver.runner.file.LocalFileTarget;
import io.chunkserver.runner.file.Sha256;
import io.chunkserver.runner.file.StoreTarget;
import io.chunkserver.runner.file.StoredFile;
import io.chunkserver.runner.server.ChildServer;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.Transports;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ClientConfig;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The demonstration's steps, each said in one line. It ends without an exception only when everything that is said has been seen
 * to hold.
 */
final class Demonstration implements Closeable {

    private static final int SERVERS = 3;

    /** Small files are cut too, so that there is more than one chunk to see. */
    private static final int WANTED_CHUNKS = 3;

    private static final long MAX_CHUNK_BYTES = 64L << 20;

    /** What the servers get beyond the file itself. */
    private static final long SPARE_BYTES = 64L << 20;

    private final Console console;
    private final Path directory;
    private final Transport transport = Transports.named("tcp");
    private final ChunkClient client = new ChunkClient(transport, ClientConfig.DEFAULT);
    private final List<ChildServer> servers = new ArrayList<>();
    private int step;

    Demonstration(Console console, Path directory) {
        this.console = console;
        this.directory = directory;
    }

    void run(Path file) throws IOException {
        startServers(Files.size(file));
        StoredFile stored = store(file);
        killPrimary();
        readBack(stored);
        List<ServerAddress> survivors = addresses().subList(1, SERVERS);
        for (ServerAddress survivor : survivors) {
            List<TransactionSummary> open = client.transactions(survivor);
            require(open.isEmpty(), "server at " + survivor + " still has open transactions: " + open);
        }
        say("no transaction is left open at " + survivors.get(0) + " and " + survivors.get(1));
        say("done: everything above was checked, not assumed");
    }

    private void startServers(long fileBytes) throws IOException {
        for (int number = 1; number <= SERVERS; number++) {
            String name = "server-" + number;
            servers.add(ChildServer.start(
                    directory.resolve(name + ".log"),
                    List.of(
                            "--server-id",
                            name,
                            "--x",
                            String.valueOf(number),
                            "--data-dir",
                            directory.resolve(name).toString(),
                            "--space",
                            fileBytes + SPARE_BYTES + "B")));
        }
        for (ChildServer server : servers) {
            server.awaitReady();
        }
        say("three chunk servers are up, each in a process of its own: "
                + servers.stream()
                        .map(server -> server.address() + " (pid " + server.pid() + ")")
                        .collect(Collectors.joining(", ")));
    }

    private StoredFile store(Path file) throws IOException {
        List<ServerAddress> all = addresses();
        StoreTarget target = new StoreTarget(all.get(0), all.subList(1, SERVERS), null, Duration.ofMinutes(1));
        long chunkSize = Math.min(MAX_CHUNK_BYTES, Files.size(file) / WANTED_CHUNKS + 1);
        StoredFile stored =
                new FileUpload(client, target, position -> {}).store(file, "/demo/" + file.getFileName(), chunkSize);
        FileManifest manifest = stored.manifest();
        say("stored " + file + ", " + Quantity.bytes(manifest.lengthBytes()) + ", as "
                + Quantity.chunks(manifest.chunkCount())
                + " with 3 copies each; chunk 0 last, as the commit of the whole");
        for (Receipt receipt : stored.receipts()) {
            say("  " + receipt.chunk() + " version " + receipt.version() + ", committed in two phases as transaction "
                    + receipt.transaction() + ", on disk at "
                    + receipt.applied().stream().map(ServerId::value).collect(Collectors.joining(", ")));
            require(
                    receipt.members() == SERVERS && receipt.applied().size() == SERVERS,
                    "chunk " + receipt.chunk() + " is not on all servers");
        }
        return stored;
    }

    private void killPrimary() {
        ChildServer primary = servers.get(0);
        primary.kill();
        say("killed the primary at " + primary.address() + " without warning (SIGKILL to pid " + primary.pid() + ")");
    }

    private void readBack(StoredFile stored) throws IOException {
        ServerAddress survivor = addresses().get(1);
        FileDownload download = new FileDownload(client, List.of(survivor));
        FileManifest manifest = download.manifest(stored.path());
        Path copy = directory.resolve("copy");
        try (LocalFileTarget target = LocalFileTarget.create(copy)) {
            download.fetch(stored.path(), manifest, target, position -> {});
        }
        say("read it back from the server at " + survivor + ", " + Quantity.bytes(Files.size(copy)));
        String before = stored.manifest().sha256();
        String after = Sha256.of(copy);
        require(before.equals(after), "SHA-256 was " + before + " and is " + after);
        say("SHA-256 before and after: " + after);
    }

    private List<ServerAddress> addresses() {
        return servers.stream().map(ChildServer::address).toList();
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
        try (transport) {
            client.close();
        }
    }
}
