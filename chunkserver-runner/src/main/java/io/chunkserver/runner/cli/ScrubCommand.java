package io.chunkserver.runner.cli;

import picocli.CommandLine.Command;

/** Groups the verbs about the examination of all chunks. */
@Command(
        name = "scrub",
        description = "Have servers examine all their chunks for damage, or see how far they have got.",
        synopsisSubcommandLabel = "VERB")
final class ScrubCommand {}
