package io.chunkserver.transport.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.RemoteReplicas;
import io.chunkserver.transport.client.ReplicasConfig;
import io.chunkserver.transport.server.EndpointConfig;
import io.chunkserver.transport.server.ServerEndpoint;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Chunk servers of one process, each with its own directory, transport and endpoint. For one thread.
 *
 * <p>A server that is started again has its directory, and its address if nobody has taken that.
 */
public final class Cluster implements AutoCloseable {

    private final Path root;
    private final Supplier<Transport> transports;
    private final Map<String, Node> nodes = new HashMap<>();

    private record Node(Transport transport, RemoteReplicas replicas, ChunkServer server, ServerEndpoint endpoint) {}

    /**
     * An empty cluster.
     *
     * @param root       below which every server has a directory
     * @param transports makes a transport for each server; all of them reach each other
     */
    public Cluster(Path root, Supplier<Transport> transports) {
        this.root = root;
        this.transports = transports;
    }

    /** Starts a server, or starts it again. */
    public ServerAddress start(String name, double x, ChunkServerConfig config) throws IOException {
        return start(name, x, config, EndpointConfig.DEFAULT);
    }

    /** Starts a server, or starts it again. */
    public ServerAddress start(String name, double x, ChunkServerConfig config, EndpointConfig endpointConfig)
            throws IOException {
        Transport transport = transports.get();
        RemoteReplicas replicas = new RemoteReplicas(transport, ReplicasConfig.DEFAULT);
        ChunkServer server = ChunkServer.builder(root.resolve(name))
                .serverId(new ServerId(name))
                .location(new Location(x, 0))
                .config(config)
                .replicas(replicas)
                .start();
        ServerEndpoint endpoint =
                ServerEndpoint.open(server, transport, new ServerAddress("127.0.0.1", 0), null, endpointConfig);
        nodes.put(name, new Node(transport, replicas, server, endpoint));
        return endpoint.address();
    }

    public ChunkServer server(String name) {
        return node(name).server();
    }

    /** How one server reaches another. */
    public Replica seenBy(String name, String other) {
        return node(name).replicas().peer(server(other).self());
    }

    public ServerAddress address(String name) {
        return node(name).endpoint().address();
    }

    /** Stops a server in order. */
    public void stop(String name) throws IOException {
        Node node = node(name);
        nodes.remove(name);
        close(node);
    }

    /** Cuts a server's connections and closes what listens, then stops the server. */
    public void kill(String name) throws IOException {
        Node node = node(name);
        node.transport().close();
        stop(name);
    }

    /** Waits until no server has anything under way, and looks that nothing is left behind. */
    public void assertNothingLeftBehind() {
        nodes.forEach((name, node) -> {
            await().untilAsserted(() -> {
                assertThat(node.server().transactions())
                        .as("open transactions of server %s", name)
                        .isEmpty();
                assertThat(node.server().status().space().reservedBytes())
                        .as("reserved bytes of server %s", name)
                        .isZero();
                assertThat(stagedFiles(name))
                        .as("staged files of server %s", name)
                        .isZero();
                assertThat(openStagedFiles(name))
                        .as("staged files that server %s has open", name)
                        .isEmpty();
            });
        });
    }

    private long stagedFiles(String name) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve(name).resolve("chunks"))) {
            return files.filter(file -> file.toString().endsWith(".staged")).count();
        }
    }

    /** Also those that are removed already and keep their room on the disk; only systems with {@code /proc} tell. */
    private List<String> openStagedFiles(String name) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return List.of();
        }
        String directory = root.resolve(name).resolve("chunks").toRealPath().toString();
        List<String> staged = new ArrayList<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(descriptors)) {
            for (Path descriptor : open) {
                String file = target(descriptor);
                if (file.startsWith(directory) && file.contains(".staged")) {
                    staged.add(file);
                }
            }
        }
        return staged;
    }

    /** What is open there; nothing when it was closed meanwhile. */
    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        for (Node node : nodes.values()) {
            close(node);
        }
        nodes.clear();
    }

    private static void close(Node node) throws IOException {
        node.endpoint().close();
        node.server().close();
        node.replicas().close();
        node.transport().close();
    }

    private Node node(String name) {
        return Objects.requireNonNull(nodes.get(name), name);
    }
}
