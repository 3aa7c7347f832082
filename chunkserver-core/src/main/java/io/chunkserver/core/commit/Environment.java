package io.chunkserver.core.commit;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;

/**
 * The world outside as a server sees it, so that a simulation can be all of it: one thread, its own time, one seed.
 *
 * @param clock  wall clock; only shown and compared with ages of outcomes, never used to measure a wait
 * @param random chance, for jitter and new names
 * @param timers runs a step after a delay; steps do not wait
 * @param disk   runs work on chunks that waits for the disk; its threads are never interrupted
 * @param log    runs the transaction log's writes, apart from the chunks' so that a vote never queues behind their bytes;
 *               never interrupted
 */
public record Environment(
        InstantSource clock, RandomGenerator random, ScheduledExecutorService timers, Executor disk, Executor log) {}
