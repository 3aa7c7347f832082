package io.chunkserver.core;

import io.chunkserver.core.commit.Environment;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
final class ServerThreads {

    private static final Logger LOG = LoggerFactory.getLogger(ServerThreads.class);

    private static final long IDLE_SECONDS = 30;

    /** How long closing waits for the disk; beyond it a hung disk's threads are left behind, as daemons. */
    static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

    private final int diskThreads;
    private final ScheduledThreadPoolExecutor timers;
    private final ThreadFactory diskNames = named("disk");
    private final ThreadFactory logNames = named("log");
    private final List<ExecutorService> disks = new CopyOnWriteArrayList<>();
    private final List<ExecutorService> logs = new CopyOnWriteArrayList<>();

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
     * The world as one more volume sees it, with threads of its own for its disk: one that hangs keeps no other volume waiting. Their queue
     * has no bound of its own: what can be in it is bounded by the open transactions and the blocks that each may have under way.
     */
    Environment environment() {
        ThreadPoolExecutor disk = new ThreadPoolExecutor(
                diskThreads, diskThreads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), diskNames);
        disk.allowCoreThreadTimeOut(true);
        ExecutorService log = Executors.newSingleThreadExecutor(logNames);
        disks.add(disk);
        logs.add(log);
        return new Environment(InstantSource.system(), new SecureRandom(), timers, disk, log);
    }

    /**
     * Runs what was begun and takes nothing new; the logs take what still comes from the chunks, and end after them.
     *
     * @param patience how long each disk may take, and then its log
     * @return false when a disk that hangs has its threads still
     */
    boolean close(Duration patience) {
        timers.shutdownNow();
        boolean ended = true;
        for (List<ExecutorService> role : List.of(disks, logs)) {
            role.forEach(ExecutorService::shutdown);
            for (ExecutorService executor : role) {
                ended &= awaitEnd(executor, patience);
            }
        }
        return ended;
    }

    private static boolean awaitEnd(ExecutorService executor, Duration patience) {
        boolean interrupted = false;
        boolean ended = false;
        long deadline = System.nanoTime() + patience.toNanos();
        while (!ended && System.nanoTime() < deadline) {
            try {
                ended = executor.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (!ended) {
            LOG.warn("the disk did not answer within {} ms; its threads are left behind", patience.toMillis());
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
