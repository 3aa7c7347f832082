package io.chunkserver.core;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A real server without replicas on some disk, on the thread of the test and in simulated time: what it is asked to do is
 * done when the call returns. Repeatable from its seed.
 */
final class LoneServer {

    /** Longer than anything takes that a server without replicas does by itself. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    private final SimulatedTime time;
    private final SimulatedTime.Life life;
    private final ChunkServer server;

    private LoneServer(SimulatedTime time, SimulatedTime.Life life, ChunkServer server) {
        this.time = time;
        this.life = life;
        this.server = server;
    }

    /**
     * Starts a server, which recovers what is on the disk, and waits until it has nothing more to do.
     *
     * @param replicas the other servers
     * @param seed     decides in which order its disk does what it is asked at the same time
     */
    static LoneServer start(Disk disk, ChunkServerConfig config, Replicas replicas, long seed) throws IOException {
        SimulatedTime time = new SimulatedTime(new SplittableRandom(seed));
        SimulatedTime.Life life = time.life(Duration.ofMillis(20));
        ChunkServer server = ChunkServer.builder(disk)
                .serverId(new ServerId("a"))
                .config(config)
                .replicas(replicas)
                .environment(life.environment())
                .start();
        time.runFor(QUIET);
        return new LoneServer(time, life, server);
    }

    ChunkServer server() {
        return server;
    }

    /** Does these at the same time, and tells the history of their beginnings and ends. */
    void perform(StoreHistory history, StoreHistory.Version... versions) {
        for (StoreHistory.Version version : versions) {
            history.begins(version);
            begin(version).whenComplete((receipt, failure) -> {
                if (failure == null) {
                    history.committed(version);
                } else {
                    history.aborted(version);
                }
            });
        }
        time.runFor(QUIET);
    }

    /** Stores a chunk durably; what its client hears has been heard when the call returns. */
    CompletableFuture<Receipt> store(TransactionId transaction, ChunkId chunk, byte[] content) {
        StoreRequest request = new StoreRequest(
                transaction,
                chunk,
                false,
                content.length,
                null,
                Attributes.NONE,
                Durability.SYNC,
                StoreRequest.DEFAULT_TIMEOUT);
        CompletableFuture<Receipt> receipt = server.begin(request, List.of())
                .thenCompose(writer -> {
                    write(writer, content);
                    return writer.receipt();
                })
                .toCompletableFuture();
        time.runFor(QUIET);
        return receipt;
    }

    /** Runs what it was asked to do through {@link #server}. */
    void run() {
        time.runFor(QUIET);
    }

    private CompletionStage<Receipt> begin(StoreHistory.Version version) {
        return server.begin(version.request(), List.of()).thenCompose(writer -> {
            write(writer, version);
            return writer.receipt();
        });
    }

    private static void write(ChunkWriter writer, StoreHistory.Version version) {
        if (version.end() == StoreHistory.End.CANCEL) {
            writeBlocks(writer, version.content());
            writer.cancel(Failure.of(ErrorCode.CANCELLED, "the client changed its mind"));
        } else {
            write(writer, version.content());
        }
    }

    /** Sends all bytes and their end. */
    static void write(ChunkWriter writer, byte[] content) {
        writeBlocks(writer, content);
        writer.finish(content.length, Crc32c.of(ByteBuffer.wrap(content)));
    }

    private static void writeBlocks(ChunkWriter writer, byte[] content) {
        for (int from = 0; from < content.length; from += BlockLayout.BLOCK_BYTES) {
            int length = Math.min(content.length - from, BlockLayout.BLOCK_BYTES);
            writer.write(CheckedBlock.of(ByteBuffer.wrap(content, from, length)));
        }
    }

    /** The bytes of a chunk that is there. */
    byte[] read(ChunkInfo info) throws IOException {
        CompletableFuture<ChunkReader> opening =
                server.open(info.id(), ReadMode.COMMITTED).toCompletableFuture();
        time.runFor(QUIET);
        try (ChunkReader reader = opening.join()) {
            ByteBuffer bytes = ByteBuffer.allocate((int) info.lengthBytes());
            for (int block = 0; block < BlockLayout.blockCount(info.lengthBytes()); block++) {
                reader.read(block, bytes);
            }
            return bytes.array();
        }
    }

    /** All chunks that are there. */
    List<ChunkInfo> chunks() {
        return new ArrayList<>(server.list("", null, Integer.MAX_VALUE));
    }

    /** Closes it in good order. */
    void close() throws IOException {
        server.close();
        life.end();
    }

    /** Kills it: nothing that it had begun is continued, and its files are left to the disk. */
    void kill() {
        life.end();
    }
}
