package io.chunkserver.runner.cli;

import picocli.CommandLine.Command;

/** Groups the verbs about configuration. */
@Command(
        name = "config",
        description = "Check or show the configuration of a server.",
        synopsisSubcommandLabel = "VERB")
final class ConfigCommand {}
