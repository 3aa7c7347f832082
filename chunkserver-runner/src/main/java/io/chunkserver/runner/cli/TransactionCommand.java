package io.chunkserver.runner.cli;

import picocli.CommandLine.Command;

/** Groups the verbs about transactions. */
@Command(name = "tx", description = "Show transactions.", synopsisSubcommandLabel = "VERB")
final class TransactionCommand {}
