package io.chunkserver.transport.server;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.disk.ServerIdentity;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerRole;
import io.chunkserver.transport.protocol.ServerStatus;
import io.chunkserver.transport.protocol.Software;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link ChunkServer} on a network: listens, and serves whoever connects.
 *
 * <p>It owns its listener and its accepted connections; the server and the transport are the caller's, who closes the endpoint first,
 * then the server, then the transport.
 *
 * <p><b>Threads.</b> Safe for many threads. The transport's threads never wait here.
 *
 * <p><b>Limits.</b> {@link EndpointConfig}. A client that does not keep to the protocol harms its own connection only; one that
 * vanishes in the middle of a store leaves nothing behind.
 */
public final class ServerEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServerEndpoint.class);

    private final AcceptedConnections connections;
    private final ChunkServer server;

    private ServerEndpoint(ChunkServer server, AcceptedConnections connections) {
        this.server = server;
        this.connections = connections;
    }

    /** The same, and nobody counts what happens. */
    public static ServerEndpoint open(
            ChunkServer server,
            Transport transport,
            ServerAddress listen,
            @Nullable ServerAddress advertise,
            EndpointConfig config)
            throws IOException {
        return open(server, transport, listen, advertise, config, EndpointObserver.NONE);
    }

    /**
     * Puts a server on the network, and tells it so; waits until it listens.
     *
     * @param listen    where to listen. Port 0 takes the port of the last time, as the data directory remembers it, or a free one
     *                  when that is taken or there was none
     * @param advertise where others reach the server; its port 0 stands for the one that is listened on. Null when it is the
     *                  same as {@code listen}, which must be an address that means the same everywhere then
     * @param observer  is told of connections and requests
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when the address is in use or not this machine's
     */
    public static ServerEndpoint open(
            ChunkServer server,
            Transport transport,
            ServerAddress listen,
            @Nullable ServerAddress advertise,
            EndpointConfig config,
            EndpointObserver observer)
            throws IOException {
        ServerEndpoint endpoint = new ServerEndpoint(server, new AcceptedConnections(config, observer));
        try {
            endpoint.start(transport, listen, advertise, config);
        } catch (IOException | RuntimeException e) {
            endpoint.close();
            throw e;
        }
        return endpoint;
    }

    /**
     * Looks whether a server could listen there now, and listens no longer.
     *
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when the address is in use or not this machine's
     */
    public static void checkListen(Transport transport, ServerAddress listen) throws ChunkServerException {
        AcceptedConnections nobody = new AcceptedConnections(EndpointConfig.DEFAULT, EndpointObserver.NONE);
        try {
            nobody.listen(transport, listen);
        } finally {
            nobody.close();
        }
    }

    private void start(
            Transport transport, ServerAddress listen, @Nullable ServerAddress advertise, EndpointConfig config)
            throws IOException {
        ServerAddress listening = listen(transport, listen, server.identity());
        ServerAddress reachable = AcceptedConnections.reachable(listening, advertise);
        server.reachableAt(reachable.toString(), listening.port());
        connections.serve(
                hello(server, reachable), new ChunkRequestHandler(server, reachable, config, connections.threads()));
        LOG.info("server {} listens on {} and is reached at {}", server.self().id(), listening, reachable);
    }

    private ServerAddress listen(Transport transport, ServerAddress address, ServerIdentity identity)
            throws ChunkServerException {
        if (address.port() == 0 && identity.lastPort() != 0) {
            try {
                return connections.listen(transport, new ServerAddress(address.host(), identity.lastPort()));
            } catch (ChunkServerException taken) {
                LOG.info("port {} of the last time cannot be had: {}", identity.lastPort(), taken.getMessage());
            }
        }
        return connections.listen(transport, address);
    }

    private static ServerHello hello(ChunkServer server, ServerAddress reachable) {
        ServerIdentity identity = server.identity();
        return new ServerHello(
                ServerRole.SERVER,
                FrameFormat.VERSION,
                identity.serverId(),
                identity.serverUuid(),
                identity.logId(),
                reachable,
                identity.location(),
                server.config().chunkSizeLimitBytes(),
                Software.NAME);
    }

    /** What the server answers to whoever asks for its status; touches no disk. */
    public ServerStatus status() {
        ServerAddress reachable = ServerAddress.parse(server.self().address());
        return StatusAnswer.of(server.status(), reachable).status();
    }

    /** Where it listens, with the port that was chosen. */
    public ServerAddress address() {
        return connections.address();
    }

    /**
     * Stops accepting and taking stores and reads; lets those under way end, within the close timeout; closes all connections.
     * Idempotent.
     */
    @Override
    public void close() {
        connections.close();
    }
}
