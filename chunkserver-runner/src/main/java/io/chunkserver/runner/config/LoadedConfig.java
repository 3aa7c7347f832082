package io.chunkserver.runner.config;

import java.util.List;

/**
 * A configuration and the story of its values.
 *
 * @param config   the values
 * @param settings every setting with its value as text and its origin
 */
public record LoadedConfig(RunnerConfig config, List<EffectiveSetting> settings) {

    public LoadedConfig {
        settings = List.copyOf(settings);
    }
}
