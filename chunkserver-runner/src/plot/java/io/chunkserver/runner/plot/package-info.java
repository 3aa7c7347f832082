/**
 * Draws what {@code bench -o json} printed. Not part of the runner: only the profile {@code bench} compiles it.
 *
 * <p>May import: Jackson, XChart.
 *
 * <p>Flow: {@link io.chunkserver.runner.plot.Plot} reads a file of lines, each of which becomes a
 * {@link io.chunkserver.runner.plot.BenchLine}; {@link io.chunkserver.runner.plot.ThroughputChart} draws them.
 */
@NullMarked
package io.chunkserver.runner.plot;

import org.jspecify.annotations.NullMarked;
