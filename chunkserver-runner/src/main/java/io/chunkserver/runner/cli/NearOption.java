package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Location;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the caller stands, for a master to name what is near first. */
final class NearOption {

    @Option(
            names = "--near",
            paramLabel = "X,Y",
            description = {
                "Where the caller stands, in the plane of the servers' --x and --y: the master names the nearest copy first,",
                "and for a new chunk the nearest server."
            })
    private @Nullable Location near;

    /** Only a master knows where servers stand. */
    void check(MasterChoice masters) throws ChunkServerException {
        if (near != null && masters.isEmpty()) {
            throw Failure.of(
                            ErrorCode.INVALID_ARGUMENT,
                            "--near is for a master to choose by; name it with --master or --zookeeper")
                    .toException();
        }
    }

    @Nullable
    Location location() {
        return near;
    }
}
