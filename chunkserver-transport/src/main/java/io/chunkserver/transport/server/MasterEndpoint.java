package io.chunkserver.transport.server;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.Master;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerRole;
import io.chunkserver.transport.protocol.Software;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Master} on a network: listens, and serves whoever connects. It is known by the name that the master's own status says.
 *
 * <p>It owns its listener and its accepted connections; the master and the transport are the caller's, who closes the endpoint first.
 *
 * <p><b>Threads.</b> Safe for many threads. The transport's threads never wait here, as long as the master's methods do not.
 *
 * <p><b>Limits.</b> {@link EndpointConfig}. A client that does not keep to the protocol harms its own connection only.
 */
public final class MasterEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MasterEndpoint.class);

    private final AcceptedConnections connections;
    private final @Nullable ServerAddress advertise;

    private MasterEndpoint(AcceptedConnections connections, @Nullable ServerAddress advertise) {
        this.connections = connections;
        this.advertise = advertise;
    }

    /**
     * Puts a master on the network; waits until it listens.
     *
     * @param listen    where to listen; port 0 takes a free one
     * @param advertise where others reach the master; its port 0 stands for the one that is listened on. Null when it is the
     *                  same as {@code listen}
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when the address is in use or not this machine's, with
     *     {@code INVALID_ARGUMENT} when the master's name cannot be one of a server
     */
    public static MasterEndpoint open(
            Master master,
            Transport transport,
            ServerAddress listen,
            @Nullable ServerAddress advertise,
            EndpointConfig config)
            throws IOException {
        MasterEndpoint endpoint = new MasterEndpoint(new AcceptedConnections(config, EndpointObserver.NONE), advertise);
        try {
            endpoint.start(master, transport, listen);
        } catch (IOException | RuntimeException e) {
            endpoint.close();
            throw e;
        }
        return endpoint;
    }

    private void start(Master master, Transport transport, ServerAddress listen) throws IOException {
        ServerId name = name(master);
        ServerAddress listening = connections.listen(transport, listen);
        ServerAddress reachable = reachable();
        connections.serve(hello(name, reachable), new MasterRequestHandler(master, reachable, connections.threads()));
        LOG.info("a master listens on {} and is reached at {}", listening, reachable);
    }

    private static ServerId name(Master master) throws ChunkServerException {
        try {
            return master.status()
                    .thenApply(status -> new ServerId(status.name()))
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw ChunkServerException.from(e);
        }
    }

    /** A master has no directory, and so no identity beyond its run. */
    private static ServerHello hello(ServerId name, ServerAddress reachable) {
        return new ServerHello(
                ServerRole.MASTER,
                FrameFormat.VERSION,
                name,
                UUID.randomUUID(),
                null,
                reachable,
                Location.ORIGIN,
                0,
                Software.NAME);
    }

    /** Where it listens, with the port that was chosen. */
    public ServerAddress address() {
        return connections.address();
    }

    /** Where others reach it. */
    public ServerAddress reachable() {
        return AcceptedConnections.reachable(connections.address(), advertise);
    }

    /** Stops accepting; lets the requests under way end, within the close timeout; closes all connections. Idempotent. */
    @Override
    public void close() {
        connections.close();
    }
}
