package io.chunkserver.runner.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The tree of verbs.
 *
 * <p>Where the arguments name a verb, only that one is built: building all of them takes longer than most verbs run.
 */
final class Verbs {

    private static final String COMPLETION = "completion";

    private final Map<String, Supplier<CommandLine>> builders = new LinkedHashMap<>();

    Verbs(Console console, ConfigReader config) {
        Clients clients = new Clients(config);
        builders.put("serve", () -> configured(settings -> new ServeCommand(console, config, settings)));
        builders.put("master", () -> new CommandLine(new MasterCommand(console, config)));
        builders.put("local-cluster", () -> new CommandLine(new LocalClusterCommand(console, config)));
        builders.put("demo", () -> new CommandLine(new DemoCommand(console, config)));
        builders.put("put", () -> new CommandLine(new PutCommand(console, clients)));
        builders.put("get", () -> new CommandLine(new GetCommand(console, clients)));
        builders.put(
                "chunk",
                () -> new CommandLine(new ChunkCommand())
                        .addSubcommand(new ChunkPutCommand(console, clients))
                        .addSubcommand(new ChunkGetCommand(console, clients))
                        .addSubcommand(new ChunkStatCommand(console, clients))
                        .addSubcommand(new ChunkVerifyCommand(console, clients))
                        .addSubcommand(new ChunkListCommand(console, clients))
                        .addSubcommand(new ChunkRemoveCommand(console, clients)));
        builders.put("status", () -> new CommandLine(new StatusCommand(console, clients)));
        builders.put("space", () -> new CommandLine(new SpaceCommand(console, clients)));
        builders.put(
                "scrub",
                () -> new CommandLine(new ScrubCommand())
                        .addSubcommand(new ScrubStartCommand(console, clients))
                        .addSubcommand(new ScrubStatusCommand(console, clients)));
        builders.put(
                "tx",
                () -> new CommandLine(new TransactionCommand())
                        .addSubcommand(new TransactionListCommand(console, clients))
                        .addSubcommand(new TransactionShowCommand(console, clients))
                        .addSubcommand(new TransactionCommitCommand(console, clients))
                        .addSubcommand(new TransactionAbortCommand(console, clients)));
        builders.put("fsck", () -> new CommandLine(new FsckCommand(console)));
        builders.put("drain", () -> new CommandLine(new DrainCommand(console, clients)));
        builders.put("resume", () -> new CommandLine(new ResumeCommand(console, clients)));
        builders.put(
                "directory",
                () -> new CommandLine(new DirectoryCommand()).addSubcommand(new DirectoryAddCommand(console, clients)));
        builders.put("bench", () -> new CommandLine(new BenchCommand(console, clients)));
        builders.put(
                "config",
                () -> new CommandLine(new ConfigCommand())
                        .addSubcommand(configured(settings -> new ConfigCheckCommand(console, config, settings)))
                        .addSubcommand(configured(settings -> new ConfigShowCommand(console, config, settings))));
        builders.put(COMPLETION, () -> new CommandLine(new CompletionCommand(console)));
    }

    /**
     * The root with the verb that is named; with all of them where it is none, so that help and suggestions know them.
     *
     * @param named the word in the verb's place
     */
    CommandLine on(RootCommand root, String named) {
        CommandLine commands = new CommandLine(root);
        @Nullable Supplier<CommandLine> single = named.equals(COMPLETION) ? null : builders.get(named);
        if (single == null) {
            builders.forEach((name, builder) -> commands.addSubcommand(name, builder.get()));
        } else {
            commands.addSubcommand(named, single.get());
        }
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
                        "Without a verb: serve. What configures a server is also read from environment variables CHUNKSERVER_* "
                                + "and from the TOML file; the option wins over the variable, the variable over the file.");
    }

    /** A verb with the options that configure a server. */
    private static CommandLine configured(Function<ServerSettingOptions, Object> verb) {
        ServerSettingOptions settings = new ServerSettingOptions();
        CommandLine command = new CommandLine(verb.apply(settings));
        settings.addTo(command.getCommandSpec());
        return command;
    }
}
