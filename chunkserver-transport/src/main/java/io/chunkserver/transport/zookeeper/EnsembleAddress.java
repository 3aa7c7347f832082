package io.chunkserver.transport.zookeeper;

import io.chunkserver.transport.ServerAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a ZooKeeper ensemble is and below which of its nodes a cluster lives, written {@code HOST:PORT,HOST:PORT/ROOT}.
 *
 * @param hosts members of the ensemble, any of which may be away; 1 to {@value #MAX_HOSTS}
 * @param root  a path that starts with a slash and has no slash at its end; each cluster needs one of its own
 */
public record EnsembleAddress(List<ServerAddress> hosts, String root) {

    /** The port that ZooKeeper listens on where nobody says another. */
    public static final int DEFAULT_PORT = 2181;

    /** The root where none is written. */
    public static final String DEFAULT_ROOT = "/chunkserver";

    /** More members than an ensemble sensibly has. */
    public static final int MAX_HOSTS = 16;

    private static final int MAX_ROOT_CHARACTERS = 200;

    public EnsembleAddress {
        hosts = List.copyOf(hosts);
        if (hosts.isEmpty() || hosts.size() > MAX_HOSTS) {
            throw new IllegalArgumentException(
                    hosts.size() + " hosts of ZooKeeper are given; 1 to " + MAX_HOSTS + " are possible");
        }
        for (ServerAddress host : hosts) {
            if (host.port() == 0) {
                throw new IllegalArgumentException("nobody listens on port 0 of host " + host.host());
            }
        }
        if (!isPath(root)) {
            throw new IllegalArgumentException("root \"" + root
                    + "\" is no path of a ZooKeeper node, as /chunkserver or /storage/chunkserver are");
        }
    }

    private static boolean isPath(String root) {
        return root.length() > 1
                && root.length() <= MAX_ROOT_CHARACTERS
                && root.startsWith("/")
                && !root.endsWith("/")
                && root.chars().allMatch(c -> c > ' ' && c < 0x7F)
                && Arrays.stream(root.substring(1).split("/"))
                        .noneMatch(name -> name.isEmpty() || name.equals(".") || name.equals(".."))
                && !root.equals("/zookeeper")
                && !root.startsWith("/zookeeper/");
    }

    /**
     * Reads {@code HOST[:PORT],HOST[:PORT]...[/ROOT]}.
     *
     * @throws IllegalArgumentException when the text is no address of an ensemble
     */
    public static EnsembleAddress parse(String text) {
        int slash = text.indexOf('/');
        String hosts = slash < 0 ? text : text.substring(0, slash);
        String root = slash < 0 ? DEFAULT_ROOT : text.substring(slash);
        return new EnsembleAddress(
                Arrays.stream(hosts.split(",", -1))
                        .map(host -> host(host.strip()))
                        .toList(),
                root);
    }

    private static ServerAddress host(String text) {
        boolean hasPort = text.lastIndexOf(':') > text.lastIndexOf(']');
        return ServerAddress.parse(hasPort ? text : text + ":" + DEFAULT_PORT);
    }

    /** The hosts as ZooKeeper's client wants them. */
    String connectString() {
        return hosts.stream().map(ServerAddress::toString).collect(Collectors.joining(","));
    }

    /** In the form that {@link #parse} reads. */
    @Override
    public String toString() {
        return connectString() + root;
    }
}
