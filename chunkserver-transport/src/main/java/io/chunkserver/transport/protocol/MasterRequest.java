package io.chunkserver.transport.protocol;

import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a master can be asked: the first three by chunk servers, the others by whoever wants to know. */
public sealed interface MasterRequest extends Request {

    /** A server presents itself. */
    record Register(Registration registration, Duration timeout) implements MasterRequest {}

    /** A server lives, and takes orders. */
    record Heartbeat(io.chunkserver.core.membership.Heartbeat heartbeat, Duration timeout) implements MasterRequest {}

    /** A part of what a server holds. Cut it with {@link #fitting} first. */
    record Report(ChunkReport report, Duration timeout) implements MasterRequest {

        /**
         * Cuts a part of a report into such as fit into one request each. Sent one after the other they mean the same: of a START come a
         * START and PARTs, of an END come PARTs and an END.
         */
        public static List<ChunkReport> fitting(ChunkReport report) {
            return ReportParts.of(report);
        }
    }

    /** Which servers shall have a chunk? */
    record Place(PlacementRequest placement, Duration timeout) implements MasterRequest {}

    /**
     * Which servers have a chunk?
     *
     * @param near the nearest to here comes first; null for any order
     */
    record Locate(ChunkId chunk, @Nullable Location near, Duration timeout) implements MasterRequest {}

    /**
     * A page of the cluster's chunks in the order of their ids.
     *
     * @param prefix what their paths start with; empty for all
     * @param after  the id after which the page starts; null for the first page
     * @param limit  the most chunks in the answer, 1 to {@value Request.ListChunks#MAX_LIMIT}
     */
    record ClusterChunks(String prefix, @Nullable ChunkId after, int limit, Duration timeout) implements MasterRequest {

        public ClusterChunks {
            Request.ListChunks.check(prefix, limit);
        }
    }

    /** For how many chunks is a server still needed that is being drained? */
    record Needed(ServerId server, Duration timeout) implements MasterRequest {}

    /**
     * How the cluster is, with a page of its servers in the order of their names.
     *
     * @param after the server after which the page starts; null for the first page
     */
    record ClusterStatus(@Nullable ServerId after, Duration timeout) implements MasterRequest {}
}
