package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.config.EffectiveSetting;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code config show}: the values that would hold. */
@Command(name = "show", description = "Show the effective value of every setting.")
final class ConfigShowCommand implements Callable<Integer> {

    private final Console console;
    private final ConfigReader config;
    private final ServerSettingOptions settings;

    @Option(names = "--origins", description = "Say where each value came from.")
    private boolean origins;

    ConfigShowCommand(Console console, ConfigReader config, ServerSettingOptions settings) {
        this.console = console;
        this.config = config;
        this.settings = settings;
    }

    @Override
    public Integer call() throws ConfigException {
        for (EffectiveSetting setting : config.read(settings).settings()) {
            console.answer(answer(setting));
        }
        return ExitCodes.OK;
    }

    private Answer answer(EffectiveSetting setting) {
        String text = setting.name() + " = " + (setting.value().isEmpty() ? "(open)" : setting.value());
        JsonLine json = JsonLine.answer("chunkserver.setting/1")
                .with("name", setting.name())
                .with("value", setting.value().isEmpty() ? null : setting.value());
        setting.bytes().ifPresent(bytes -> json.with("valueBytes", bytes));
        if (!origins) {
            return new Answer(text, json);
        }
        return new Answer(text + "  (" + setting.origin() + ")", json.with("origin", setting.origin()));
    }
}
