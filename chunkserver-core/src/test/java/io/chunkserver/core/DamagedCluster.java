package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ByteRange;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.store.ChunkFiles;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.Damage;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedNetwork;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Three servers with four chunks each and a master, in virtual time; files are harmed under their hands, and a scrub is told to look. A
 * chunk that is lost is stored anew, so that one cluster serves for many rounds.
 */
final class DamagedCluster {

    static final List<String> SERVERS = List.of("a", "b", "c");
    static final int CHUNKS = 4;

    private static final int[] LENGTHS = {40, BlockLayout.BLOCK_BYTES, BlockLayout.BLOCK_BYTES + 1, 140_000};
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);

    /** A report, an order with the next heartbeat, a copy. */
    private static final Duration HEALING = Duration.ofSeconds(40);

    private final SplittableRandom random;
    private final SimulatedTime time;
    private final SimulatedNetwork network;
    private final SimulatedMaster master;
    private final Map<String, MemoryDisk> disks = new LinkedHashMap<>();
    private final Map<String, ChunkServer> servers = new LinkedHashMap<>();
    private final Map<ChunkId, byte[]> contents = new HashMap<>();
    private final Map<ChunkId, ChunkVersion> versions = new HashMap<>();
    private final Map<ChunkId, byte[]> olderFiles = new HashMap<>();
    private long sequence;

    DamagedCluster(long seed) throws IOException {
        random = new SplittableRandom(seed);
        time = new SimulatedTime(random);
        network = new SimulatedNetwork(time, random);
        master = new SimulatedMaster(time, random, MasterConfig.DEFAULT.withReplication(SERVERS.size()));
        for (String name : SERVERS) {
            disks.put(name, new MemoryDisk());
            start(name);
        }
        time.runFor(Duration.ofMinutes(1));
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            store(id(chunk));
            olderFiles.put(id(chunk), ChunkFiles.bytes(disks.get("a"), ChunkFiles.of(id(chunk))));
            store(id(chunk));
        }
        time.runFor(HEALING);
    }

    static ChunkId id(int chunk) {
        return new ChunkId("file", chunk);
    }

    private void start(String name) throws IOException {
        SimulatedTime.Life life = time.life(Duration.ofMillis(5));
        ChunkServer server = ChunkServer.builder(disks.get(name))
                .serverId(new ServerId(name))
                .location(new Location(SERVERS.indexOf(name), 0))
                .config(ChunkServerConfig.DEFAULT.withScrub(
                        new ScrubConfig(1L << 30, Duration.ZERO, Duration.ofSeconds(30))))
                .replicas(network.seenBy(name))
                .masters(List.of(new KnownMaster("master", master.seenBy(name, () -> !life.hasEnded()))))
                .environment(life.environment())
                .start();
        servers.put(name, server);
        network.up(name, server);
        server.reachableAt(name, 0);
    }

    ChunkServer server(String name) {
        return servers.get(name);
    }

    MemoryDisk disk(String name) {
        return disks.get(name);
    }

    void runFor(Duration stretch) {
        time.runFor(stretch);
    }

    /** Stores another version of a chunk on all servers. */
    void store(ChunkId chunk) {
        byte[] content = new byte[LENGTHS[chunk.index()]];
        new Random(sequence).nextBytes(content);
        TransactionId id = new TransactionId("client", time.instant().toEpochMilli(), sequence++);
        StoreRequest request = new StoreRequest(
                id, chunk, false, content.length, null, Attributes.NONE, Durability.SYNC, STORE_TIMEOUT);
        ChunkCopies place = master.here()
                .place(new PlacementRequest(chunk, content.length, 0, null, Set.of()))
                .toCompletableFuture()
                .join();
        assertThat(place.members()).as("servers for %s", chunk).hasSize(SERVERS.size());
        CompletableFuture<Receipt> receipt = new CompletableFuture<>();
        servers.get(place.members().get(0).id().value())
                .begin(request, 0)
                .thenCompose(writer -> send(writer, content).receipt())
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        receipt.complete(done);
                    } else {
                        receipt.completeExceptionally(failure);
                    }
                });
        time.runFor(STORE_TIMEOUT);
        ChunkVersion before = versions.getOrDefault(chunk, ChunkVersion.NONE);
        ChunkVersion now = receipt.join().version();
        assertThat(now).as("version of %s (I2)", chunk).isEqualTo(before.next());
        versions.put(chunk, now);
        contents.put(chunk, content);
    }

    private static ChunkWriter send(ChunkWriter writer, byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        for (int from = 0; from < content.length; from += BlockLayout.BLOCK_BYTES) {
            writer.write(CheckedBlock.of(bytes.slice(from, Math.min(BlockLayout.BLOCK_BYTES, content.length - from))));
        }
        writer.finish(content.length, Crc32c.of(bytes));
        return writer;
    }

    void damage(String name, ChunkId chunk, Damage damage) throws IOException {
        MemoryDisk disk = disks.get(name);
        ChunkId other = id((chunk.index() + 1) % CHUNKS);
        damage.to(Damage.Victim.of(
                disk, ChunkFiles.of(chunk), LENGTHS[chunk.index()], olderFiles.get(other), olderFiles.get(chunk)));
    }

    void scrubAll() {
        servers.values().forEach(ChunkServer::startScrub);
    }

    void heal() {
        time.runFor(HEALING);
    }

    /** What a read of a chunk gives now: its bytes, or a failure. Other bytes than the chunk's are a defect in any case. */
    Optional<ErrorCode> read(String name, ChunkId chunk) throws IOException {
        var opening = servers.get(name).open(chunk, ReadMode.COMMITTED).toCompletableFuture();
        time.runFor(Duration.ofMillis(50));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ChunkReader reader = opening.join()) {
            VerifiedCopy.copy(reader, new ByteRange(0, reader.info().lengthBytes()), bytes);
        } catch (java.util.concurrent.CompletionException | IOException e) {
            byte[] right = contents.get(chunk);
            assertThat(bytes.toByteArray())
                    .as("bytes before the failure")
                    .isEqualTo(java.util.Arrays.copyOf(right, bytes.size()));
            return Optional.of(ChunkServerException.from(e).code());
        }
        if (!java.util.Arrays.equals(bytes.toByteArray(), contents.get(chunk))) {
            fail("server %s returned wrong bytes of %s", name, chunk);
        }
        return Optional.empty();
    }

    /** Servers whose file of the chunk is whole, as the files themselves have it. */
    List<String> holders(ChunkId chunk) {
        List<String> holders = new ArrayList<>();
        servers.forEach((name, server) -> {
            if (server.stat(chunk).isPresent()) {
                holders.add(name);
            }
        });
        return holders;
    }
}
