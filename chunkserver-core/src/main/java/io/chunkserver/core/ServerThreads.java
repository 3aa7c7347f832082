package io.chunkserver.core;

import io.chunkserver.core.commit.Environment;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of a server that was given none, and with them the real clock and chance. */
final class ServerThreads implements Worlds {

    private static final Logger LOG = LoggerFactory.getLogger(ServerThreads.class);

    private static final long IDLE_SECONDS = 30;

    /** How long closing waits for the disk; beyond it a hung disk's threads are left behind, as daemons. */
    static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

    private final int diskThreads;
    private final ScheduledThreadPoolExecutor timers;
    private final ThreadFactory diskNames = named("disk");
    private final ThreadFactory logNames = named("log");
    private final Map<Environment, VolumeThreads> volumes = new ConcurrentHashMap<>();

    private record VolumeThreads(ExecutorService disk, ExecutorService log) {}

    private ServerThreads(int diskThreads, ScheduledThreadPoolExecutor timers) {
        this.diskThreads = diskThreads;
        this.timers = timers;
    }

    /**
     * Starts no thread before it is needed.
     *
     * @param diskThreads how many each volume may have
     */
    static ServerThreads create(int diskThreads) {
        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, named("timer"));
        timers.setRemoveOnCancelPolicy(true);
        timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return new ServerThreads(diskThreads, timers);
    }

    /**
     * With threads of its own for its disk: one that hangs keeps no other volume waiting. Their queue has no bound of its own: what can be in
     * it is bounded by the open transactions and the blocks that each may have under way.
     */
    @Override
    public Environment next() {
        ThreadPoolExecutor disk = new ThreadPoolExecutor(
                diskThreads, diskThreads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), diskNames);
        disk.allowCoreThreadTimeOut(true);
        ExecutorService log = Executors.newSingleThreadExecutor(logNames);
        Environment world = new Environment(InstantSource.system(), new SecureRandom(), timers, disk, log);
        volumes.put(world, new VolumeThreads(disk, log));
        return world;
    }

    @Override
    public Executor helper(Environment world) {
        return world.disk();
    }

    @Override
    public void end(Environment world) {
        VolumeThreads threads = volumes.remove(world);
        if (threads != null) {
            threads.disk().shutdown();
            threads.log().shutdown();
        }
    }

    /**
     * Runs what was begun and takes nothing new; the logs take what still comes from the chunks, and end after them.
     *
     * @param patience how long all disks together may take, and then the logs of those that have ended
     * @return the worlds of the volumes whose disk hangs: they have their threads still
     */
    Set<Environment> close(Duration patience) {
        timers.shutdownNow();
        Set<Environment> hanging = new HashSet<>();
        volumes.values().forEach(threads -> threads.disk().shutdown());
        long disksEnd = System.nanoTime() + patience.toNanos();
        volumes.forEach((world, threads) -> {
            if (!awaitEnd(threads.disk(), disksEnd)) {
                hanging.add(world);
            }
        });
        volumes.values().forEach(threads -> threads.log().shutdown());
        long logsEnd = System.nanoTime() + patience.toNanos();
        volumes.forEach((world, threads) -> {
            if (!hanging.contains(world) && !awaitEnd(threads.log(), logsEnd)) {
                hanging.add(world);
            }
        });
        if (!hanging.isEmpty()) {
            LOG.warn(
                    "{} of {} disks did not answer within {} ms; their threads are left behind",
                    hanging.size(),
                    volumes.size(),
                    patience.toMillis());
        }
        return hanging;
    }

    private static boolean awaitEnd(ExecutorService executor, long deadline) {
        boolean interrupted = false;
        boolean ended = executor.isTerminated();
        while (!ended && System.nanoTime() < deadline) {
            try {
                ended = executor.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended;
    }

    private static ThreadFactory named(String role) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "chunkserver-" + role + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
