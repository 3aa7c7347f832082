package io.chunkserver.core.commit;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes wrong with one chunk at one member, as the other members and clients hear it. A disk or a log that failed closes the
 * member to new transactions (guarantee D3).
 */
record MemberFailures(ServerId self, ChunkId chunk, Admission admission) {

    private static final Logger LOG = LoggerFactory.getLogger(MemberFailures.class);

    /**
     * Of a record that the log was writing when its disk failed, or when a defect ended it, nobody knows; every other refusal came
     * before it was written.
     */
    static boolean mayBeDurable(Failure why) {
        return why.code() == ErrorCode.DISK_FAILED || why.code() == ErrorCode.INTERNAL;
    }

    /** A record that could not be forced. */
    Failure ofLog(Throwable thrown) {
        Failure why = of(ChunkServerException.from(thrown));
        if (mayBeDurable(why)) {
            admission.close(why);
        }
        return why;
    }

    /** What stopped the staging; also a request that is wrong, or a defect, must leave nothing held. */
    Failure of(Exception e) {
        if (e instanceof IOException io) {
            return of(io);
        }
        Failure failure = ChunkServerException.from(e).failure().at(self);
        if (failure.code() == ErrorCode.INTERNAL) {
            LOG.error("writing chunk {} failed", chunk, e);
        }
        return failure;
    }

    Failure of(IOException e) {
        Failure failure = admission
                .named(
                        e instanceof ChunkServerException known
                                ? known.failure()
                                : Failure.of(
                                        ErrorCode.DISK_FAILED, "its disk failed at chunk " + chunk + ": " + reason(e)))
                .at(self);
        if (failure.code() == ErrorCode.DISK_FAILED) {
            LOG.error("{}; it takes no new transactions until this server is started again", failure.describe());
            // That the disk failed is said; where in the code it was noticed helps only who looks for a defect.
            LOG.debug("noticed here", e);
            admission.close(failure);
        }
        return failure;
    }

    /** Java's own words are the file's name alone. */
    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? e.getMessage() + " is not there" : String.valueOf(e.getMessage());
    }
}
