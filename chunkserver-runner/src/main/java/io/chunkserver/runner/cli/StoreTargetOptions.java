package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Durability;
import io.chunkserver.runner.file.StoreTarget;
import io.chunkserver.transport.ServerAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The servers that a verb changes something on. */
final class StoreTargetOptions {

    @Option(
            names = "--server",
            paramLabel = "HOST:PORT",
            description = {
                "A running chunk server, where it listens: the primary, which coordinates and keeps a copy.",
                "Default: the first --replica."
            })
    private @Nullable ServerAddress primary;

    @Option(
            names = "--replica",
            paramLabel = "HOST:PORT",
            description = "Another server that keeps a copy; repeat it for more. All copies or none are changed.")
    private List<ServerAddress> replicas = List.of();

    @Option(
            names = "--durability",
            paramLabel = "sync|os",
            description = "What every server guarantees before it votes; default: as the primary is configured.")
    private @Nullable Durability durability;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "How long each chunk may take (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(60);

    StoreTarget target() throws ChunkServerException {
        List<ServerAddress> all = new ArrayList<>();
        if (primary != null) {
            all.add(primary);
        }
        all.addAll(replicas);
        if (all.isEmpty()) {
            throw invalid("no server is named; give --server or --replica");
        }
        Set<ServerAddress> seen = new HashSet<>();
        for (ServerAddress server : all) {
            if (!seen.add(server)) {
                throw invalid("server " + server + " is named twice; a server keeps one copy");
            }
        }
        if (timeout.isZero()) {
            throw invalid("timeout 0 leaves no time");
        }
        return new StoreTarget(all.get(0), all.subList(1, all.size()), durability, timeout);
    }

    private static ChunkServerException invalid(String message) {
        return Failure.of(ErrorCode.INVALID_ARGUMENT, message).toException();
    }
}
