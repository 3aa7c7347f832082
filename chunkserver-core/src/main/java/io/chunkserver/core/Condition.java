package io.chunkserver.core;

import io.chunkserver.core.commit.Admission;
import io.chunkserver.core.disk.CallWatch;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.space.SpaceLevel;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.space.SpaceWatch;
import java.util.Optional;

/**
 * Whether a volume, or a server, takes new chunks, and why not.
 *
 * @param reason empty when it does; of a server with several volumes also then why some do not, and of a volume why others come first
 */
record Condition(ServerState state, String reason) {

    /** With less than this to give away no chunk of a block fits any more. */
    static final long FULL_BELOW_BYTES = 64 * 1024;

    boolean takesChunks() {
        return state == ServerState.READY;
    }

    static Condition of(Admission admission, CallWatch disk, SpaceWatch watch, SpaceWatch.Sight sight) {
        Optional<Failure> refusal = admission.closed().or(disk::stall);
        if (refusal.isPresent()) {
            ServerState state =
                    refusal.get().code() == ErrorCode.DRAINING ? ServerState.DRAINING : ServerState.READ_ONLY;
            return new Condition(state, refusal.get().describe());
        }
        if (sight.level().compareTo(SpaceLevel.READ_ONLY) >= 0) {
            return new Condition(ServerState.READ_ONLY, watch.reason(sight));
        }
        SpaceSnapshot space = sight.space();
        return space.availableBytes() < FULL_BELOW_BYTES
                ? new Condition(
                        ServerState.READ_ONLY, "its space is used up: " + space.availableBytes() + " bytes are left")
                : new Condition(ServerState.READY, "");
    }
}
