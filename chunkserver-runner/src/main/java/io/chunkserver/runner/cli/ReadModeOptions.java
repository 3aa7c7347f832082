package io.chunkserver.runner.cli;

import static java.util.Objects.requireNonNull;

import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ReadMode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which version of a chunk is read; by default the one that is committed at the server asked. */
final class ReadModeOptions {

    static final String LATEST =
            "Read the newest version of all copies: a server that is in doubt about a newer one asks its coordinator first.";
    static final String WITHOUT_LATEST = "Without it, the version that is committed at the server asked.";

    @ArgGroup
    private @Nullable Choice choice;

    private static final class Choice {

        @Option(
                names = "--latest",
                required = true,
                description = {LATEST, WITHOUT_LATEST})
        private boolean latest;

        @Option(
                names = "--at-least",
                required = true,
                paramLabel = "VERSION",
                description = "Read a version that is not older; servers that have an older one are passed over.")
        private @Nullable ChunkVersion atLeast;
    }

    ReadMode mode() {
        if (choice == null) {
            return ReadMode.COMMITTED;
        } else if (choice.latest) {
            return ReadMode.LATEST;
        }
        return ReadMode.atLeast(requireNonNull(choice.atLeast, "picocli insists on one of the two"));
    }
}
