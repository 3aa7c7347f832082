package io.chunkserver.examples.cluster;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.ReadOptions;
import io.chunkserver.transport.client.RemoteReplicas;
import io.chunkserver.transport.client.ReplicasConfig;
import io.chunkserver.transport.client.StoreOptions;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import io.chunkserver.transport.server.EndpointConfig;
import io.chunkserver.transport.server.ServerEndpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stores a chunk on three servers of this process by two-phase commit, closes the primary, and reads the chunk from another.
 *
 * <p>With {@code TcpTransport} in the place of {@code LoopbackTransport} the same lines make a cluster of processes.
 */
public final class ThreeReplicas {

    private static final ChunkId CHUNK = ChunkId.parse("greetings/hello#0");

    private ThreeReplicas() {}

    /** Keeps the servers' data below the directory that is given. */
    public static void main(String[] arguments) throws IOException {
        System.out.println(run(Path.of(arguments[0])));
    }

    /** Returns the bytes that were read back from the second server, as text. */
    static String run(Path directory) throws IOException {
        ExecutorService carrier = Executors.newFixedThreadPool(2);
        try (LoopbackTransport transport = new LoopbackTransport(new LoopbackNetwork(carrier));
                ChunkClient client = new ChunkClient(transport, ClientConfig.DEFAULT);
                Node a = Node.start(transport, directory, "a", 0);
                Node b = Node.start(transport, directory, "b", 10);
                Node c = Node.start(transport, directory, "c", 5)) {
            byte[] bytes = "Hello, replicas".getBytes(StandardCharsets.UTF_8);
            StoreOptions options = StoreOptions.DEFAULT.withReplicas(List.of(b.address(), c.address()));
            Receipt receipt = client.store(a.address(), CHUNK, ChunkSource.of(bytes), options);
            // c stands nearer to a than b does, so the bytes went from a to c to b.
            System.out.println("committed version " + receipt.version() + " on " + receipt.applied());

            a.close();
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            client.read(b.address(), CHUNK, ReadOptions.ALL, copy);
            return copy.toString(StandardCharsets.UTF_8);
        } finally {
            carrier.shutdown();
        }
    }

    /** A server, its way to the others, and the others' way to it. */
    private record Node(ChunkServer server, RemoteReplicas replicas, ServerEndpoint endpoint) implements AutoCloseable {

        static Node start(LoopbackTransport transport, Path directory, String name, double x) throws IOException {
            RemoteReplicas replicas = new RemoteReplicas(transport, ReplicasConfig.DEFAULT);
            ChunkServer server = ChunkServer.builder(directory.resolve(name))
                    .serverId(new ServerId(name))
                    .location(new Location(x, 0))
                    .replicas(replicas)
                    .start();
            ServerEndpoint endpoint =
                    ServerEndpoint.open(server, transport, new ServerAddress(name, 0), null, EndpointConfig.DEFAULT);
            return new Node(server, replicas, endpoint);
        }

        ServerAddress address() {
            return endpoint.address();
        }

        @Override
        public void close() throws IOException {
            endpoint.close();
            server.close();
            replicas.close();
        }
    }
}
