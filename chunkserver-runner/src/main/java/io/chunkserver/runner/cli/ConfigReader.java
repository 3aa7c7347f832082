package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.config.ConfigLoader;
import io.chunkserver.runner.config.LoadedConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

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

    LoadedConfig read(ServerSettingOptions options) throws ConfigException {
        return loader.load(global.configFile(environment).orElse(null), options.given());
    }

    /** Checks the file that is named, if one is. */
    void checkFile() throws ConfigException {
        Optional<Path> file = global.configFile(environment);
        if (file.isPresent()) {
            loader.load(file.get(), Map.of());
        }
    }
}
