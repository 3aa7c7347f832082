package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.server.TcpTransports;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code config check}: reads everything as {@code serve} would, and starts nothing. */
@Command(name = "check", description = "Read the configuration as serve would and name every problem at once.")
final class ConfigCheckCommand implements Callable<Integer> {

    private final Console console;
    private final ConfigReader config;
    private final ServerSettingOptions settings;

    ConfigCheckCommand(Console console, ConfigReader config, ServerSettingOptions settings) {
        this.console = console;
        this.config = config;
        this.settings = settings;
    }

    @Override
    public Integer call() throws ConfigException, ChunkServerException {
        TcpTransports.check(config.read(settings).config().security());
        console.answer(new Answer(
                "configuration is valid",
                JsonLine.answer("chunkserver.config-check/1").with("valid", true)));
        return ExitCodes.OK;
    }
}
