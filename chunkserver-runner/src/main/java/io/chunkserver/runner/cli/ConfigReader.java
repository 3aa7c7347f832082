package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.config.ConfigLoader;
import io.chunkserver.runner.config.LoadedConfig;
import io.chunkserver.runner.config.RunnerConfig;
import io.chunkserver.runner.config.Setting;
import java.util.HashMap;
import java.util.Map;

/** Reads the configuration that the global options and a verb's own options name together. */
final class ConfigReader {

    private final GlobalOptions global;
    private final ConfigLoader loader;
    private final Map<String, String> environment;

    ConfigReader(GlobalOptions global, ConfigLoader loader, Map<String, String> environment) {
        this.global = global;
        this.loader = loader;
        this.environment = environment;
    }

    /** What holds for a verb with options of its own. */
    LoadedConfig read(ServerSettingOptions options) throws ConfigException {
        Map<Setting<?>, String> given = new HashMap<>(global.settings());
        given.putAll(options.given());
        return loader.load(global.configFile(environment).orElse(null), given);
    }

    /** The settings among the options that every verb has, without what a file or a variable says of them. */
    Map<Setting<?>, String> options() {
        return global.settings();
    }

    /** What holds for a verb that runs no chunk server. */
    RunnerConfig read() throws ConfigException {
        return loader.load(global.configFile(environment).orElse(null), global.settings())
                .config();
    }
}
