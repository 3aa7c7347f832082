package io.chunkserver.runner.cli;

import picocli.CommandLine.Command;

/** Groups the verbs about the data directories of a server. */
@Command(
        name = "directory",
        description = "Give a running server another data directory; to empty one: drain --directory.",
        synopsisSubcommandLabel = "VERB")
final class DirectoryCommand {}
