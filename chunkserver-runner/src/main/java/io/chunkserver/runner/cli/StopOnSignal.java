package io.chunkserver.runner.cli;

import io.chunkserver.runner.server.RunningMaster;
import io.chunkserver.runner.server.RunningServer;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends servers in order when a signal ends the process.
 *
 * <p>The JVM answers SIGTERM and SIGINT by running the hook and then exits with 128 plus the signal's number, 143 or 130; so no
 * code here chooses an exit code. Prepared transactions stay on disk for the next start.
 */
final class StopOnSignal {

    private static final Logger logger = LoggerFactory.getLogger(StopOnSignal.class);

    private StopOnSignal() {}

    /** Lets a signal drain these servers, all at the same time, and close them. */
    static void register(List<RunningServer> servers, Duration drainTimeout) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(servers, drainTimeout), "stop-on-signal"));
    }

    /** Lets a signal close the master, which has nothing to finish. */
    static void register(RunningMaster master) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> close("master at " + master.address(), master), "stop-on-signal"));
    }

    /** Never returns: the process ends by the signal, while this thread waits. */
    static int waitForIt() throws InterruptedException {
        new CountDownLatch(1).await();
        throw new IllegalStateException("nobody counts this latch down");
    }

    private static void stop(List<RunningServer> servers, Duration drainTimeout) {
        CompletableFuture<?>[] drained = servers.stream()
                .map(server -> CompletableFuture.runAsync(() -> drain(server, drainTimeout)))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(drained).join();
        servers.forEach(server -> close("server " + server.serverId(), server));
    }

    private static void close(String what, Closeable running) {
        try {
            running.close();
        } catch (IOException | RuntimeException e) {
            logger.warn("{} did not close in order", what, e);
        }
    }

    private static void drain(RunningServer server, Duration drainTimeout) {
        logger.info("server {} refuses new work and finishes what is in flight", server.serverId());
        if (!server.drain(drainTimeout)) {
            logger.warn(
                    "server {} had work in flight after {}; its clients are cut off", server.serverId(), drainTimeout);
        }
    }
}
