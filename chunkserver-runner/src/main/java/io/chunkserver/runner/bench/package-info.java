/**
 * Load against running servers, and what the machine itself reaches beside it.
 *
 * <p>May import: transport's client side, core's values.
 *
 * <p>Flow: a {@link io.chunkserver.runner.bench.Workload} is one kind of operation, against servers or against the bare machine;
 * {@link io.chunkserver.runner.bench.LoadGenerator} repeats it on some threads for some time and counts;
 * {@link io.chunkserver.runner.bench.Comparison} lets a workload and its baselines take turns.
 */
@NullMarked
package io.chunkserver.runner.bench;

import org.jspecify.annotations.NullMarked;
