package io.chunkserver.transport.zookeeper;

import io.chunkserver.transport.ServerAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.utils.ZKPaths;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads who the masters are, and has a watch tell when that changes. Used by one thread. */
final class MastersReader {

    private static final Logger LOG = LoggerFactory.getLogger(MastersReader.class);

    /** A node of a master. */
    private record Node(ServerAddress address, long createdBy) {}

    private final Ensemble ensemble;
    private final CuratorWatcher watch;

    /** @param changed told when the next reading may differ, on a thread that must not wait */
    MastersReader(Ensemble ensemble, Runnable changed) {
        this.ensemble = ensemble;
        this.watch = event -> changed.run();
    }

    ElectedMasters read() throws Exception {
        CuratorFramework client = ensemble.client();
        List<Node> nodes = new ArrayList<>();
        for (String name : names(client)) {
            node(client, ZKPaths.makePath(Ensemble.MASTERS, name)).ifPresent(nodes::add);
        }
        // Nodes are numbered in the order of the transactions that made them, and the lowest number leads.
        nodes.sort(Comparator.comparingLong(Node::createdBy));
        if (nodes.isEmpty()) {
            return ElectedMasters.NONE;
        }
        // A master that was started again has its old node beside its new one until the old session has timed out.
        Set<ServerAddress> addresses = new LinkedHashSet<>();
        nodes.forEach(node -> addresses.add(node.address()));
        return new ElectedMasters(List.copyOf(addresses), nodes.get(0).createdBy());
    }

    private List<String> names(CuratorFramework client) throws Exception {
        try {
            return client.getChildren().usingWatcher(watch).forPath(Ensemble.MASTERS);
        } catch (KeeperException.NoNodeException e) {
            // There never was a master. One that comes meanwhile is seen by the next look.
            client.checkExists().usingWatcher(watch).forPath(Ensemble.MASTERS);
            return List.of();
        }
    }

    private static Optional<Node> node(CuratorFramework client, String path) throws Exception {
        Stat stat = new Stat();
        byte[] data;
        try {
            data = client.getData().storingStatIn(stat).forPath(path);
        } catch (KeeperException.NoNodeException e) {
            // It has gone since the names were read; the watch tells.
            return Optional.empty();
        }
        String text = new String(data, StandardCharsets.UTF_8);
        try {
            return Optional.of(new Node(ServerAddress.parse(text), stat.getCzxid()));
        } catch (IllegalArgumentException e) {
            LOG.warn("node {} is not that of a master and is passed over: {}", path, e.getMessage());
            return Optional.empty();
        }
    }
}
