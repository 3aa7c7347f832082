package io.chunkserver.runner.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ScopeType;

/** What all verbs hang on. Without a verb the arguments are those of {@code serve}; {@link Program} sees to that. */
@Command(
        name = RootCommand.NAME,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = ManifestVersion.class,
        synopsisSubcommandLabel = "[VERB]",
        commandListHeading = "%nVerbs:%n",
        exitCodeListHeading = "%nExit codes:%n",
        sortOptions = false,
        usageHelpAutoWidth = true)
final class RootCommand {

    static final String NAME = "chunkserver";

    @Mixin
    private final GlobalOptions global = new GlobalOptions();

    GlobalOptions global() {
        return global;
    }
}
