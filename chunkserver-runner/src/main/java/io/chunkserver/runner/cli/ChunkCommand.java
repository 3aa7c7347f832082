package io.chunkserver.runner.cli;

import picocli.CommandLine.Command;

/** Groups the verbs about single chunks. */
@Command(
        name = "chunk",
        description = "Store, read, list and delete single chunks; an id is written PATH#INDEX.",
        synopsisSubcommandLabel = "VERB")
final class ChunkCommand {}
