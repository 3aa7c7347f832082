package io.chunkserver.transport.zookeeper;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.RemoteMaster;
import io.chunkserver.transport.client.RemoteMasterConfig;
import io.chunkserver.transport.protocol.RegisteredServer;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.utils.ZKPaths;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a chunk server registered with an ensemble, and tells it who the masters are.
 *
 * <p><b>Order.</b> The server's own node is written before the masters are read, in the same session. A session never reads what is older
 * than its own writes, so the server knows a leader's epoch that is no older than its start before it speaks to any master, and needs
 * to keep none on disk.
 *
 * <p><b>Failure.</b> Without a session the server is unregistered and goes on serving, with the masters that it knew last; the
 * registration is made anew by itself, however long it takes. A node of this name that may be another living server's is left alone: the
 * failure is {@code DUPLICATE_SERVER} and names both addresses. {@link ChunkServer#status} shows how things stand, and each reason is
 * logged once.
 *
 * <p><b>Threads.</b> Thread-safe; one thread of its own beside those of ZooKeeper's client. Neither the server nor the transport is closed.
 */
public final class ServerRegistration implements Closeable {

    /** What the address of an ensemble begins with where a server's status names its masters. */
    public static final String REGISTRY = "zookeeper ";

    private static final Logger LOG = LoggerFactory.getLogger(ServerRegistration.class);

    /** How often a node may change under our hands before we come back later. */
    private static final int MAX_TRIES = 5;

    private final ChunkServer server;
    private final Transport transport;
    private final String path;
    private final Ensemble ensemble;
    private final StepLoop loop;
    private final MastersReader reader;
    private final CuratorWatcher watch;

    // What follows is used on the loop's thread, and by close when that has ended.

    private final Map<ServerAddress, RemoteMaster> masters = new HashMap<>();
    private ElectedMasters followed = ElectedMasters.NONE;
    private String lastReason = "";

    private ServerRegistration(
            ChunkServer server,
            Transport transport,
            EnsembleAddress address,
            EnsembleConfig config,
            RandomGenerator random) {
        this.server = server;
        this.transport = transport;
        this.path = ZKPaths.makePath(Ensemble.SERVERS, "server-" + server.self().id());
        this.loop = new StepLoop("chunkserver-zookeeper-server", this::runOnce, this::failed, config, random);
        this.ensemble = new Ensemble(address, config, loop::wake);
        this.reader = new MastersReader(ensemble, loop::wake);
        this.watch = event -> loop.wake();
    }

    /**
     * Begins to register a server, and waits for nothing.
     *
     * @param server can be reached already
     */
    public static ServerRegistration start(
            ChunkServer server,
            Transport transport,
            EnsembleAddress address,
            EnsembleConfig config,
            RandomGenerator random) {
        ServerRegistration registration = new ServerRegistration(server, transport, address, config, random);
        server.registeredAt(registration.state("not asked yet"));
        registration.ensemble.start();
        registration.loop.wake();
        return registration;
    }

    /** Looks at how things are, and makes them as they should be. */
    private void runOnce() throws Exception {
        ensemble.awaitSession();
        register();
        follow(reader.read());
        server.registeredAt(state(""));
        if (!lastReason.isEmpty()) {
            LOG.info("server {} is registered with ZooKeeper at {} again", server.self(), ensemble.address());
            lastReason = "";
        }
    }

    private void register() throws Exception {
        RegisteredServer own =
                new RegisteredServer(server.registration(), server.status().state());
        for (int tried = 0; tried < MAX_TRIES; tried++) {
            if (isRegistered(own)) {
                return;
            }
        }
        throw Failure.of(
                        ErrorCode.UNREACHABLE,
                        "node " + path + " of ZooKeeper at " + ensemble.address() + " changes while server "
                                + server.self() + " registers")
                .toException();
    }

    /** True when the node is ours, up to date and watched; else something was done about it, and it is worth another look. */
    private boolean isRegistered(RegisteredServer own) throws Exception {
        CuratorFramework client = ensemble.client();
        byte[] data = own.encode();
        try {
            Stat stat = new Stat();
            byte[] there =
                    client.getData().storingStatIn(stat).usingWatcher(watch).forPath(path);
            if (stat.getEphemeralOwner() == ensemble.sessionId()) {
                if (!Arrays.equals(there, data)) {
                    client.setData().withVersion(stat.getVersion()).forPath(path, data);
                }
                return true;
            }
            RegisteredServer other = RegisteredServer.decode(there);
            if (!other.isReplacedBy(own)) {
                throw duplicate(other, own);
            }
            client.delete().withVersion(stat.getVersion()).forPath(path);
        } catch (KeeperException.NoNodeException e) {
            create(client, data);
        } catch (KeeperException.BadVersionException e) {
            LOG.debug("node {} has changed meanwhile", path);
        }
        return false;
    }

    private void create(CuratorFramework client, byte[] data) throws Exception {
        try {
            client.create()
                    .creatingParentsIfNeeded()
                    .withMode(CreateMode.EPHEMERAL)
                    .forPath(path, data);
            LOG.info("server {} is registered with ZooKeeper at {}", server.self(), ensemble.address());
        } catch (KeeperException.NodeExistsException e) {
            // Ours, of a try whose answer was lost, or another server's: the next look tells.
            LOG.debug("node {} is there already", path);
        }
    }

    private static ChunkServerException duplicate(RegisteredServer there, RegisteredServer own) {
        return Failure.of(
                        ErrorCode.DUPLICATE_SERVER,
                        "server " + own.registration().member().id() + " is registered from "
                                + there.registration().member().address() + ", and another one of this name is at "
                                + own.registration().member().address())
                .withHint("each server needs a name of its own, and a data directory that is nobody else's copy")
                .toException();
    }

    private void follow(ElectedMasters now) {
        if (now.equals(followed)) {
            return;
        }
        List<KnownMaster> known = new ArrayList<>();
        for (ServerAddress address : now.addresses()) {
            RemoteMaster master = masters.computeIfAbsent(
                    address, added -> new RemoteMaster(transport, added, RemoteMasterConfig.DEFAULT));
            known.add(new KnownMaster(address.toString(), master));
        }
        LOG.info("masters are {}, the leader's epoch is {}", now.addresses(), now.epoch());
        server.followMasters(known, now.epoch());
        followed = now;
        masters.entrySet().removeIf(master -> {
            boolean gone = !now.addresses().contains(master.getKey());
            if (gone) {
                master.getValue().close();
            }
            return gone;
        });
    }

    /** Each reason is told once, not each time. */
    private void failed(Exception thrown) {
        Failure why = ZooKeeperFailures.of(ensemble.address(), thrown).failure();
        String reason = why.describe();
        server.registeredAt(state(reason));
        if (reason.equals(lastReason)) {
            return;
        }
        lastReason = reason;
        if (why.code() == ErrorCode.INTERNAL) {
            LOG.error("server {} cannot register with ZooKeeper, and goes on serving", server.self(), thrown);
        } else if (why.code() == ErrorCode.DUPLICATE_SERVER) {
            LOG.error("server {} is not registered, and goes on serving: {}", server.self(), reason);
        } else {
            LOG.warn("server {} is not registered at present, and goes on serving: {}", server.self(), reason);
        }
    }

    private MasterConnection state(String reason) {
        return new MasterConnection(REGISTRY + ensemble.address(), reason.isEmpty(), reason);
    }

    /** The server is unregistered, and speaks to no master from now on. Idempotent. */
    @Override
    public void close() {
        loop.close();
        ensemble.close();
        server.followMasters(List.of(), 0);
        masters.values().forEach(RemoteMaster::close);
        masters.clear();
    }
}
