package io.chunkserver.core.commit;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;

/**
 * The world outside as a server sees it, so that a simulation can be all of it: one thread, its own time, one seed.
 *
 * <p>The executors stay the caller's. The server never shuts them down; the caller does after it has closed the server, and not by
 * {@code shutdownNow}, which interrupts. They have to take all that they are given, above all {@code log}: a task of its own that is
 * rejected ends the log. Neither {@code disk} nor {@code log} needs to keep an order, and no task waits for one that has not begun, so that
 * both may be one executor, with one thread even.
 *
 * @param clock  wall clock; only shown and compared with ages of outcomes, never used to measure a wait
 * @param random chance, for jitter and new names; called by many threads at once, which {@link java.security.SecureRandom} and
 *               {@link java.util.Random} are safe for and most other generators are not
 * @param timers runs a step after a delay; steps do not wait. Most are cancelled long before: a
 *               {@link java.util.concurrent.ScheduledThreadPoolExecutor} keeps those until their time comes unless
 *               {@code setRemoveOnCancelPolicy(true)} was called
 * @param disk   runs work on chunks that waits for the disk; its threads are never interrupted
 * @param log    runs the transaction log's writes, one task at a time, apart from the chunks' so that a vote never queues behind their
 *               bytes; never interrupted
 */
public record Environment(
        InstantSource clock, RandomGenerator random, ScheduledExecutorService timers, Executor disk, Executor log) {}
