package io.chunkserver.runner.cli;

import picocli.CommandLine.Command;

/** Groups the verbs about transactions. */
@Command(
        name = "tx",
        description = "Show transactions, and settle those that are in doubt by hand.",
        synopsisSubcommandLabel = "VERB")
final class TransactionCommand {}
