package io.chunkserver.runner.server;

import io.chunkserver.core.master.ClusterMaster;
import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.runner.config.SecurityConfig;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.server.EndpointConfig;
import io.chunkserver.transport.server.MasterEndpoint;
import io.chunkserver.transport.zookeeper.Candidate;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import io.chunkserver.transport.zookeeper.EnsembleConfig;
import io.chunkserver.transport.zookeeper.MasterElection;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A master that servers and clients reach over TCP. It keeps nothing on disk: started again, it is told everything anew.
 *
 * <p>Safe for many threads; {@link #close} is idempotent.
 */
public final class RunningMaster implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(RunningMaster.class);

    /** What it calls itself; it has no identity that outlives it. */
    private static final String NAME = "master";

    /** The longest pause between two looks for repairs to be planned. */
    private static final Duration PLANNING_PAUSE = Duration.ofMillis(50);

    private final MasterEndpoint endpoint;
    private final Deque<Closeable> open;

    private RunningMaster(MasterEndpoint endpoint, Deque<Closeable> open) {
        this.endpoint = endpoint;
        this.open = open;
    }

    /**
     * Opens the socket and begins to count heartbeats.
     *
     * @param advertise where others reach it; null for where it listens
     * @param ensemble  elects the one of several masters that leads; null for one that leads from its start
     * @param security  how it and those that it talks to know each other
     */
    public static RunningMaster start(
            ServerAddress listen,
            @Nullable ServerAddress advertise,
            @Nullable EnsembleAddress ensemble,
            MasterConfig config,
            SecurityConfig security)
            throws IOException {
        Deque<Closeable> open = new ArrayDeque<>();
        try {
            Transport transport = TcpTransports.openToListen(security);
            open.push(transport::close);
            ClusterMaster master = new ClusterMaster(NAME, config, DistanceMetric.EUCLIDEAN, new SecureRandom());
            MasterEndpoint endpoint = MasterEndpoint.open(master, transport, listen, advertise, EndpointConfig.DEFAULT);
            open.push(endpoint::close);
            ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(RunningMaster::daemon);
            open.push(timer::shutdownNow);
            repeat(timer, master::tick, config.heartbeatInterval());
            repeat(timer, () -> plan(master), PLANNING_PAUSE);
            if (ensemble != null) {
                open.push(elect(master, endpoint.reachable(), ensemble));
            }
            return new RunningMaster(endpoint, open);
        } catch (IOException | RuntimeException e) {
            closeAll(open, e);
            throw e;
        }
    }

    private static Closeable elect(ClusterMaster master, ServerAddress reachable, EnsembleAddress ensemble) {
        Candidate candidate = new Candidate() {
            @Override
            public void lead(long epoch, BooleanSupplier confirmed) {
                master.lead(epoch, confirmed);
            }

            @Override
            public void standBy() {
                master.standBy();
            }
        };
        return MasterElection.start(candidate, reachable, ensemble, EnsembleConfig.DEFAULT, new SecureRandom());
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "chunkserver-master-timer");
        thread.setDaemon(true);
        return thread;
    }

    /** Steps are short and the lock is fair, so that heartbeats come in between however many there are. */
    private static void plan(ClusterMaster master) {
        while (master.runOnce()) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    /** With a delay and not at a rate: after this process was stopped for a while nobody has missed more than one beat. */
    private static void repeat(ScheduledExecutorService timer, Runnable step, Duration pause) {
        Runnable guarded = () -> {
            try {
                step.run();
            } catch (RuntimeException defect) {
                // A timer forgets a task that throws; the next step may well succeed.
                LOG.error("a step of the master failed", defect);
            }
        };
        var unused = timer.scheduleWithFixedDelay(guarded, pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Where the master listens, with the port that was chosen. */
    public ServerAddress address() {
        return endpoint.address();
    }

    @Override
    public void close() throws IOException {
        IOException failure = new IOException("some parts of the master at " + address() + " could not be closed");
        closeAll(open, failure);
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }

    private static void closeAll(Deque<Closeable> open, Exception failure) {
        synchronized (open) {
            while (!open.isEmpty()) {
                try {
                    open.pop().close();
                } catch (IOException | RuntimeException e) {
                    failure.addSuppressed(e);
                }
            }
        }
    }
}
