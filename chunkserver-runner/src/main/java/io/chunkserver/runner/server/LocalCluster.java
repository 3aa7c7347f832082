package io.chunkserver.runner.server;

import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.runner.config.RunnerConfig;
import io.chunkserver.transport.ServerAddress;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A master and several servers in this process, each server with a data directory and a port of its own. */
public final class LocalCluster implements Closeable {

    private static final ServerAddress ANY_PORT = new ServerAddress("127.0.0.1", 0);

    /** All servers are started with the master, and no other joins. */
    private static final int GRACE = 1;

    private final RunningMaster master;
    private final List<RunningServer> servers = new ArrayList<>();

    /**
     * Starts a master and one server for each configuration, which then has that master; when one does not start, none is left
     * running.
     *
     * @param replication how many copies chunks are to have
     * @param configs     at least one; all have the same heartbeat interval and the same security
     */
    public static LocalCluster start(int replication, List<RunnerConfig> configs) throws IOException {
        RunningMaster master = RunningMaster.start(
                ANY_PORT,
                null,
                null,
                MasterConfig.DEFAULT
                        .withReplication(replication)
                        .withGrace(GRACE)
                        .withHeartbeatInterval(configs.get(0).heartbeatInterval()),
                configs.get(0).security());
        LocalCluster cluster = new LocalCluster(master);
        try {
            for (RunnerConfig config : configs) {
                cluster.servers.add(RunningServer.start(config.withMasters(List.of(master.address()))));
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

    private LocalCluster(RunningMaster master) {
        this.master = master;
    }

    public RunningMaster master() {
        return master;
    }

    public List<RunningServer> servers() {
        return List.copyOf(servers);
    }

    @Override
    public void close() throws IOException {
        IOException failure = new IOException("some members of the cluster could not be closed");
        List<Closeable> all = new ArrayList<>(servers);
        all.add(master);
        for (Closeable member : all) {
            try {
                member.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
