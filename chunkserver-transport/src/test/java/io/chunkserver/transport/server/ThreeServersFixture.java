package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.ReadOptions;
import io.chunkserver.transport.client.RetryConfig;
import io.chunkserver.transport.client.StoreOptions;
import io.chunkserver.transport.testkit.Cluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three servers that have one chunk each, and what must be true of them after whatever was done to them: nothing is left behind,
 * the chunk is as it was, and a good client is served.
 */
@Timeout(60)
abstract class ThreeServersFixture {

    /** The largest chunk that the servers take. */
    static final long CHUNK_SIZE_LIMIT_BYTES = 1_000_000;

    private static final ChunkId KEPT = ChunkId.parse("kept#0");
    private static final byte[] KEPT_BYTES = bytes(100_000);

    @TempDir
    Path root;

    final WatchedConnections accepted = new WatchedConnections();
    Cluster cluster;
    Transport transport;

    private ChunkClient client;
    private final Map<String, Long> usedBytes = new HashMap<>();
    private final List<RawPeer> peers = new ArrayList<>();
    private int transactions;

    /** A transport that reaches all others made by this. */
    abstract Transport newTransport();

    @BeforeEach
    void start() throws IOException {
        cluster = new Cluster(root, () -> accepted.watching(newTransport()));
        for (String name : List.of("a", "b", "c")) {
            cluster.start(name, name.charAt(0), config(), endpointConfig());
        }
        transport = newTransport();
        client = new ChunkClient(transport, ClientConfig.DEFAULT);
        store(KEPT, KEPT_BYTES);
        noteUsedBytes();
    }

    private void noteUsedBytes() {
        for (String name : List.of("a", "b", "c")) {
            usedBytes.put(name, usedBytes(name));
        }
    }

    @AfterEach
    void leavesNothingAndServesOn() throws Exception {
        try {
            peers.forEach(RawPeer::close);
            cluster.assertNothingLeftBehind();
            for (String name : usedBytes.keySet()) {
                assertThat(usedBytes(name)).as("used bytes of server %s", name).isEqualTo(usedBytes.get(name));
                assertThat(read(name, KEPT)).as("chunk on server %s", name).isEqualTo(KEPT_BYTES);
            }
            Receipt receipt = store(ChunkId.parse("after#0"), KEPT_BYTES);
            assertThat(receipt.members()).as("members of a good store").isEqualTo(usedBytes.size());
        } finally {
            client.close();
            cluster.close();
            transport.close();
        }
    }

    ChunkServerConfig config() {
        return ChunkServerConfig.DEFAULT.withChunkSizeLimitBytes(CHUNK_SIZE_LIMIT_BYTES);
    }

    EndpointConfig endpointConfig() {
        return EndpointConfig.DEFAULT;
    }

    /** Takes a server away for the rest of the test. */
    ServerAddress kill(String name) throws IOException {
        ServerAddress address = cluster.address(name);
        cluster.kill(name);
        usedBytes.remove(name);
        return address;
    }

    /** A peer of server a, whose hello was answered. */
    RawPeer peer() throws Exception {
        RawPeer peer = RawPeer.greet(transport, cluster.address("a"));
        peers.add(peer);
        return peer;
    }

    /** A peer of server a that has said nothing yet. */
    RawPeer silentPeer() throws Exception {
        RawPeer peer = RawPeer.dial(transport, cluster.address("a"));
        peers.add(peer);
        return peer;
    }

    /** A store as JSON, with a new transaction id. */
    String store(String chunk, long maxLengthBytes, ServerAddress... replicas) {
        StringBuilder named = new StringBuilder();
        Arrays.stream(replicas)
                .forEach(replica -> named.append(named.isEmpty() ? "" : ",")
                        .append('"')
                        .append(replica)
                        .append('"'));
        return "{\"op\":\"store\",\"transaction\":\"raw:" + System.currentTimeMillis() + ":" + transactions++
                + "\",\"chunk\":\"" + chunk + "\",\"maxLengthBytes\":" + maxLengthBytes
                + ",\"attributes\":{},\"replicas\":[" + named + "],\"timeoutMillis\":10000}";
    }

    /** A store on all three servers. */
    String storeOnAll(String chunk, long maxLengthBytes) {
        return store(chunk, maxLengthBytes, cluster.address("b"), cluster.address("c"));
    }

    static Frame block(int requestId, int lengthBytes) {
        ByteBuffer body = ByteBuffer.wrap(bytes(lengthBytes));
        return Frame.data(requestId, body, Crc32c.of(body));
    }

    static void assertFailure(Failure why, ErrorCode code, String... words) {
        assertThat(why.code()).as(why.describe()).isEqualTo(code);
        assertThat(why.describe()).contains(words);
    }

    /** Has a good client store one more chunk on all three servers, which stays. */
    void keep(String chunk, int lengthBytes) throws IOException {
        store(ChunkId.parse(chunk), bytes(lengthBytes));
        noteUsedBytes();
    }

    /** Has a good client read a chunk of server a. */
    int lengthRead(String chunk) throws IOException {
        return read("a", ChunkId.parse(chunk)).length;
    }

    /** Has a good client that retries nothing store a chunk on server a and others. */
    Receipt storeOnce(String chunk, int lengthBytes, List<ServerAddress> replicas, Duration timeout)
            throws IOException {
        try (ChunkClient once = new ChunkClient(transport, ClientConfig.DEFAULT.withRetries(RetryConfig.NONE))) {
            return once.store(
                    cluster.address("a"),
                    ChunkId.parse(chunk),
                    ChunkSource.of(bytes(lengthBytes)),
                    StoreOptions.DEFAULT.withReplicas(replicas).withTimeout(timeout));
        }
    }

    private Receipt store(ChunkId chunk, byte[] content) throws IOException {
        List<ServerAddress> replicas = List.of("b", "c").stream()
                .filter(name -> usedBytes.isEmpty() || usedBytes.containsKey(name))
                .map(cluster::address)
                .toList();
        return client.store(
                cluster.address("a"), chunk, ChunkSource.of(content), StoreOptions.DEFAULT.withReplicas(replicas));
    }

    private byte[] read(String name, ChunkId chunk) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        client.read(cluster.address(name), chunk, ReadOptions.ALL, target);
        return target.toByteArray();
    }

    private long usedBytes(String name) {
        return cluster.server(name).status().space().usedBytes();
    }

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        return bytes;
    }
}
