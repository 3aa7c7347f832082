/**
 * The runner's configuration: flags, {@code CHUNKSERVER_*} environment variables and a TOML file become one immutable
 * {@link io.chunkserver.runner.config.RunnerConfig}, or one exception that names every problem at once.
 *
 * <p>May import: core's {@code model}, transport's root. It knows no command line: flags arrive as texts.
 *
 * <p>Flow: {@link io.chunkserver.runner.config.Settings} lists every setting once; {@code TomlSource} and the environment are
 * read against that list; {@link io.chunkserver.runner.config.ConfigLoader} lets the source that stands highest win and keeps where
 * each value came from.
 */
@NullMarked
package io.chunkserver.runner.config;

import org.jspecify.annotations.NullMarked;
