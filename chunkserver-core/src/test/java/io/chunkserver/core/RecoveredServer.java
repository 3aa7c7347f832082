package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.FileChunkStore;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A server that was started after a crash, and whether it is as the history of its clients says. */
final class RecoveredServer {

    private static final Path ROOT = Path.of("");
    private static final Path CHECKPOINT = DataDirectory.INDEX.resolve("checkpoint");

    /** No history has more; a server that is to remember fewer may have forgotten any of them. */
    private static final int MANY_OUTCOMES = 1000;

    private final MemoryDisk memory;
    private final ChunkServerConfig config;
    private final LoneServer server;

    private RecoveredServer(MemoryDisk memory, ChunkServerConfig config, LoneServer server) {
        this.memory = memory;
        this.config = config;
        this.server = server;
    }

    /**
     * Starts a server on what a crash left.
     *
     * @param history answers the server when it asks what became of its promises
     * @param script  is told of what its recovery does
     */
    static RecoveredServer start(MemoryDisk memory, ChunkServerConfig config, StoreHistory history, DiskScript script)
            throws IOException {
        checkCheckpoint(memory);
        return new RecoveredServer(
                memory,
                config,
                LoneServer.start(new FaultyDisk(memory, script), config, new ScriptedCoordinator(history), 0));
    }

    /** What a store finds with its checkpoint is what it finds without. */
    private static void checkCheckpoint(MemoryDisk memory) throws IOException {
        if (memory.size(CHECKPOINT).isPresent()) {
            MemoryDisk other = memory.copyAfterProcessDeath();
            other.delete(CHECKPOINT);
            assertThat(found(memory.copyAfterProcessDeath()))
                    .as("found with the checkpoint, as without")
                    .isEqualTo(found(other));
        }
    }

    private static List<Object> found(Disk disk) throws IOException {
        FileChunkStore store =
                FileChunkStore.open(disk, DataDirectory.CHUNKS, DataDirectory.QUARANTINE, DataDirectory.INDEX);
        return List.of(
                store.list("", null, Integer.MAX_VALUE),
                store.snapshot(),
                Set.copyOf(store.staged()),
                store.findings());
    }

    LoneServer server() {
        return server;
    }

    /** Asserts all that must be so after every recovery. */
    void check(StoreHistory history) throws IOException {
        checkChunks(history);
        checkNothingIsLeftOver();
    }

    /** Acknowledged is there byte for byte; not acknowledged is wholly there or wholly not (D1, A1, I2). */
    private void checkChunks(StoreHistory history) throws IOException {
        Map<ChunkId, ChunkInfo> there = new TreeMap<>();
        server.chunks().forEach(info -> there.put(info.id(), info));
        for (ChunkId chunk : history.chunks()) {
            ChunkInfo info = there.remove(chunk);
            if (info == null) {
                assertThat(history.mayBeGone(chunk))
                        .as("chunk %s may be gone; acknowledged is %s", chunk, history.acknowledged(chunk))
                        .isTrue();
            } else {
                Optional<StoreHistory.Version> version = history.possible(chunk, info.transaction());
                assertThat(version)
                        .as("chunk %s is of %s; acknowledged is %s", chunk, info, history.acknowledged(chunk))
                        .isPresent();
                assertThat(server.read(info))
                        .as("bytes of %s", info)
                        .isEqualTo(version.get().content());
            }
            history.acknowledged(chunk).ifPresent(version -> checkRemembered(version.transaction()));
        }
        assertThat(there).as("chunks that nobody stored").isEmpty();
        history.settledByHand().forEach(this::checkSettledByHand);
    }

    /** What an operator was told to be settled is so without anybody who could be asked. */
    private void checkSettledByHand(TransactionId transaction, boolean committed) {
        assertThat(server.server().transaction(transaction))
                .as("outcome of transaction %s, settled by hand", transaction)
                .hasValueSatisfying(summary -> {
                    assertThat(summary.state())
                            .isEqualTo(committed ? TransactionState.COMMITTED : TransactionState.ABORTED);
                    assertThat(summary.byHand()).isTrue();
                });
    }

    private void checkRemembered(TransactionId transaction) {
        if (config.log().outcomes().minOutcomes() < MANY_OUTCOMES) {
            return;
        }
        assertThat(server.server().transaction(transaction))
                .as("outcome of acknowledged transaction %s", transaction)
                .hasValueSatisfying(summary -> assertThat(summary.state()).isEqualTo(TransactionState.COMMITTED));
    }

    /** No transaction is open, nothing reserved, no file without an owner, and the space is what the files take (S3). */
    private void checkNothingIsLeftOver() throws IOException {
        ServerStatus status = server.server().status();
        assertThat(status.state()).as("state, %s", status).isEqualTo(ServerState.READY);
        assertThat(server.server().transactions()).as("open transactions").isEmpty();
        assertThat(status.damagedFiles()).as("damaged files").isZero();
        assertThat(status.lostChunks()).as("lost chunks").isEmpty();
        assertThat(status.space().reservedBytes()).as("reserved bytes").isZero();
        List<Path> chunkFiles = new ArrayList<>();
        long chunkBytes = 0;
        for (Path file : files(memory, ROOT)) {
            if (file.startsWith(DataDirectory.CHUNKS)) {
                chunkFiles.add(file);
                chunkBytes += memory.size(file).orElseThrow();
            } else if (file.startsWith(DataDirectory.LOG)) {
                assertThat(file.toString()).as("files of the log").endsWith(".log");
            } else {
                assertThat(file.toString())
                        .as("other files")
                        .isIn(
                                "server_info.json",
                                "lock",
                                "reserve",
                                "index/checkpoint",
                                "index/checkpoint.tmp",
                                "index/scrub",
                                "index/scrub.tmp");
            }
        }
        assertThat(chunkFiles)
                .as("chunk files")
                .allSatisfy(file -> assertThat(file.toString()).endsWith(".chunk"))
                .hasSize((int) (status.store().chunks() + status.store().tombstones()));
        assertThat(status.space().usedBytes()).as("used bytes").isEqualTo(chunkBytes);
        assertThat(status.store().publishedBytes()).as("published bytes").isEqualTo(chunkBytes);
    }

    /** Kills it. */
    void kill() {
        server.kill();
    }

    /** Which transaction each chunk's version is of. */
    Map<ChunkId, TransactionId> visible() {
        Map<ChunkId, TransactionId> visible = new TreeMap<>();
        server.chunks().forEach(info -> visible.put(info.id(), info.transaction()));
        return visible;
    }

    /** All bytes on the disk, but for the count of starts, and what only helps them. */
    Map<Path, ByteBuffer> bytes() throws IOException {
        Map<Path, ByteBuffer> bytes = new TreeMap<>();
        for (Path file : files(memory, ROOT)) {
            if (!file.equals(DataDirectory.IDENTITY_FILE) && !file.startsWith(DataDirectory.INDEX)) {
                try (DiskFile open = memory.openForRead(file)) {
                    ByteBuffer content = ByteBuffer.allocate((int) open.size());
                    open.readFully(content, 0);
                    bytes.put(file, content.flip());
                }
            }
        }
        return bytes;
    }

    private static List<Path> files(Disk disk, Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path name : disk.list(folder)) {
            Path path = folder.resolve(name);
            if (disk.size(path).isPresent()) {
                files.add(path);
            } else {
                files.addAll(files(disk, path));
            }
        }
        return files;
    }
}
