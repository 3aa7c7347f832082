package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.ConfigLoader;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;

/** The tree of verbs. */
final class Verbs {

    private Verbs() {}

    static CommandLine on(RootCommand root, Console console, Map<String, String> environment) {
        ConfigReader config = new ConfigReader(root.global(), new ConfigLoader(environment), environment);
        return new CommandLine(root)
                .addSubcommand(new CommandLine(new ConfigCommand())
                        .addSubcommand(configured(settings -> new ConfigCheckCommand(console, config, settings)))
                        .addSubcommand(configured(settings -> new ConfigShowCommand(console, config, settings))))
                .addSubcommand(new CompletionCommand(console));
    }

    /** A verb with the options that configure a server. */
    private static CommandLine configured(Function<ServerSettingOptions, Object> verb) {
        ServerSettingOptions settings = new ServerSettingOptions();
        CommandLine command = new CommandLine(verb.apply(settings));
        settings.addTo(command.getCommandSpec());
        return command;
    }
}
