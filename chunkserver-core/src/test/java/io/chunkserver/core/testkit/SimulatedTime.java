package io.chunkserver.core.testkit;

import io.chunkserver.core.commit.Environment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Time, threads and chance of a whole cluster on one thread: tasks run one after the other in the order of their virtual time,
 * which a seed decides, so that a run can be repeated exactly.
 *
 * <p>Not thread-safe: everything happens on the thread that calls {@link #runFor}.
 */
public final class SimulatedTime {

    private static final Instant EPOCH = Instant.parse("2030-01-01T00:00:00Z");

    private final RandomGenerator random;
    private final PriorityQueue<Task<?>> tasks = new PriorityQueue<>();
    private long nowNanos;
    private long scheduled;

    public SimulatedTime(RandomGenerator random) {
        this.random = random;
    }

    /** Virtual time since the start. */
    public Duration now() {
        return Duration.ofNanos(nowNanos);
    }

    /** What the clocks of the servers show. */
    public Instant instant() {
        return EPOCH.plusNanos(nowNanos);
    }

    /** Tasks that are still to run: none of a server that was killed, and none that was cancelled. */
    public int pendingTasks() {
        return (int) tasks.stream()
                .filter(task -> !task.isCancelled() && (task.life == null || !task.life.ended))
                .count();
    }

    /** Runs a task after a delay. */
    public void after(Duration delay, Runnable task) {
        tasks.add(new Task<>(nowNanos + delay.toNanos(), task, null));
    }

    /** A delay between nothing and the longest. */
    public Duration upTo(Duration longest) {
        return Duration.ofNanos(random.nextLong(longest.toNanos() + 1));
    }

    /** Runs all tasks of the next stretch of time, those that they lead to included. A task that takes so long itself may call it. */
    public void runFor(Duration stretch) {
        long end = nowNanos + stretch.toNanos();
        while (!tasks.isEmpty() && tasks.element().atNanos <= end) {
            Task<?> next = tasks.remove();
            nowNanos = Math.max(nowNanos, next.atNanos);
            next.run();
        }
        nowNanos = Math.max(nowNanos, end);
    }

    /** Lets time pass in which nothing runs, as of a machine that stands still; what was due meanwhile runs late. */
    public void standStill(Duration stretch) {
        nowNanos += stretch.toNanos();
    }

    /** The surroundings of one server from its start to its crash. */
    public Life life(Duration longestDiskDelay) {
        return new Life(longestDiskDelay);
    }

    private <T extends Task<?>> T add(T task) {
        tasks.add(task);
        return task;
    }

    /** One server's tasks. After {@link #end} none of them runs any more, as when its process was killed. */
    public final class Life {

        private Duration longestDiskDelay;
        private boolean ended;

        private Life(Duration longestDiskDelay) {
            this.longestDiskDelay = longestDiskDelay;
        }

        public Environment environment() {
            return new Environment(SimulatedTime.this::instant, random, new Timers(), this::work, this::work);
        }

        /** Makes the disk faster or slower from now on. */
        public void longestDiskDelay(Duration delay) {
            longestDiskDelay = delay;
        }

        /** Runs a task of the disk after a delay as a disk may have. */
        private void work(Runnable task) {
            tasks.add(new Task<>(nowNanos + upTo(longestDiskDelay).toNanos(), task, this));
        }

        /** Kills the server: what it had begun is never continued. */
        public void end() {
            ended = true;
        }

        public boolean hasEnded() {
            return ended;
        }

        private final class Timers extends AbstractExecutorService implements ScheduledExecutorService {

            @Override
            public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
                return add(new Task<>(nowNanos + unit.toNanos(delay), command, Life.this));
            }

            @Override
            public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
                return add(new Task<>(nowNanos + unit.toNanos(delay), callable, Life.this));
            }

            @Override
            public ScheduledFuture<?> scheduleAtFixedRate(
                    Runnable command, long initialDelay, long period, TimeUnit unit) {
                return scheduleWithFixedDelay(command, initialDelay, period, unit);
            }

            @Override
            public ScheduledFuture<?> scheduleWithFixedDelay(
                    Runnable command, long initialDelay, long delay, TimeUnit unit) {
                Task<?>[] series = new Task<?>[1];
                Runnable step = new Runnable() {
                    @Override
                    public void run() {
                        command.run();
                        if (!series[0].cancelledSeries) {
                            tasks.add(new Task<>(nowNanos + unit.toNanos(delay), this, Life.this));
                        }
                    }
                };
                series[0] = new Task<>(nowNanos + unit.toNanos(initialDelay), step, Life.this);
                return add(series[0]);
            }

            @Override
            public void execute(Runnable command) {
                tasks.add(new Task<>(nowNanos, command, Life.this));
            }

            @Override
            public void shutdown() {
                ended = true;
            }

            @Override
            public List<Runnable> shutdownNow() {
                ended = true;
                return new ArrayList<>();
            }

            @Override
            public boolean isShutdown() {
                return ended;
            }

            @Override
            public boolean isTerminated() {
                return ended;
            }

            @Override
            public boolean awaitTermination(long timeout, TimeUnit unit) {
                return ended;
            }
        }
    }

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {

        private final long atNanos;
        private final long order = scheduled++;
        private final @Nullable Life life;
        private boolean cancelledSeries;

        Task(long atNanos, Runnable command, @Nullable Life life) {
            super(command, null);
            this.atNanos = atNanos;
            this.life = life;
            checkAlive();
        }

        Task(long atNanos, Callable<V> command, Life life) {
            super(command);
            this.atNanos = atNanos;
            this.life = life;
            checkAlive();
        }

        private void checkAlive() {
            if (life != null && life.ended) {
                throw new RejectedExecutionException("the server was killed");
            }
        }

        @Override
        public void run() {
            if (life == null || !life.ended) {
                super.run();
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            cancelledSeries = true;
            return super.cancel(mayInterruptIfRunning);
        }

        /** A task that fails is a defect; nobody looks at its future. */
        @Override
        protected void setException(Throwable failure) {
            throw new IllegalStateException("a task of the simulation failed", failure);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(atNanos - nowNanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            Task<?> task = (Task<?>) other;
            int byTime = Long.compare(atNanos, task.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, task.order);
        }
    }
}
