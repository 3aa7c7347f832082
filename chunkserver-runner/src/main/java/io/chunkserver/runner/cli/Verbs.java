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
        Clients clients = new Clients(config);
        CommandLine commands = new CommandLine(root)
                .addSubcommand(configured(settings -> new ServeCommand(console, config, settings)))
                .addSubcommand(new LocalClusterCommand(console))
                .addSubcommand(new DemoCommand(console))
                .addSubcommand(new PutCommand(console, clients))
                .addSubcommand(new GetCommand(console, clients))
                .addSubcommand(new CommandLine(new ChunkCommand())
                        .addSubcommand(new ChunkPutCommand(console, clients))
                        .addSubcommand(new ChunkGetCommand(console, clients))
                        .addSubcommand(new ChunkStatCommand(console, clients))
                        .addSubcommand(new ChunkListCommand(console, clients))
                        .addSubcommand(new ChunkRemoveCommand(console, clients)))
                .addSubcommand(new StatusCommand(console, clients))
                .addSubcommand(new CommandLine(new TransactionCommand())
                        .addSubcommand(new TransactionListCommand(console, clients))
                        .addSubcommand(new TransactionShowCommand(console, clients)))
                .addSubcommand(new CommandLine(new ConfigCommand())
                        .addSubcommand(configured(settings -> new ConfigCheckCommand(console, config, settings)))
                        .addSubcommand(configured(settings -> new ConfigShowCommand(console, config, settings))))
                .addSubcommand(new CompletionCommand(console));
        Converters.registerOn(commands);
        ExitCodes.describe(commands);
        introduce(commands);
        return commands;
    }

    /** Not as annotations of the root, which the verbs would inherit. */
    private static void introduce(CommandLine commands) {
        commands.getCommandSpec()
                .usageMessage()
                .header("Chunk server: stores the chunks of files, replicated by two-phase commit.")
                .footer(
                        "",
                        "Without a verb: serve. What configures a server is also read from environment variables",
                        "CHUNKSERVER_* and from the TOML file; the option wins over the variable, the variable over",
                        "the file.");
    }

    /** A verb with the options that configure a server. */
    private static CommandLine configured(Function<ServerSettingOptions, Object> verb) {
        ServerSettingOptions settings = new ServerSettingOptions();
        CommandLine command = new CommandLine(verb.apply(settings));
        settings.addTo(command.getCommandSpec());
        return command;
    }
}
