package io.chunkserver.runner.server;

import io.chunkserver.runner.config.RunnerConfig;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Several servers in this process, each with a data directory and a port of its own. */
public final class LocalCluster implements Closeable {

    private final List<RunningServer> servers = new ArrayList<>();

    /** Starts one server for each configuration; when one does not start, none is left running. */
    public static LocalCluster start(List<RunnerConfig> configs) throws IOException {
        LocalCluster cluster = new LocalCluster();
        try {
            for (RunnerConfig config : configs) {
                cluster.servers.add(RunningServer.start(config));
            }
            return cluster;
        } catch (IOException | RuntimeException e) {
            try {
                cluster.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private LocalCluster() {}

    public List<RunningServer> servers() {
        return List.copyOf(servers);
    }

    @Override
    public void close() throws IOException {
        IOException failure = new IOException("some servers of the cluster could not be closed");
        for (RunningServer server : servers) {
            try {
                server.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
