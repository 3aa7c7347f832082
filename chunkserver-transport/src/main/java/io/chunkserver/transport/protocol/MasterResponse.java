package io.chunkserver.transport.protocol;

import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.model.ServerId;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a master answers when all went well, where that is not {@link Response.Done}. */
public sealed interface MasterResponse extends Response {

    /** To {@link MasterRequest.Heartbeat}. Make it with {@link #fitting}. */
    record Heartbeat(HeartbeatReply reply) implements MasterResponse {

        /** The most urgent orders, as many as fit into a frame; a master gives the others again. */
        public static Heartbeat fitting(HeartbeatReply reply) {
            return new Heartbeat(new HeartbeatReply(
                    reply.registered(), reply.epoch(), HeaderBudget.fitting(reply.orders(), MembershipJson::order)));
        }
    }

    /** To {@link MasterRequest.Place} and {@link MasterRequest.Locate}. Make it with {@link #fitting}. */
    record Copies(ChunkCopies copies) implements MasterResponse {

        /** The nearest servers, as many as fit into a frame, which are hundreds. */
        public static Copies fitting(ChunkCopies copies) {
            return new Copies(new ChunkCopies(
                    copies.chunk(),
                    copies.version(),
                    HeaderBudget.fitting(copies.members(), ModelJson::member),
                    copies.epoch()));
        }
    }

    /**
     * To {@link MasterRequest.ClusterChunks}: a page; an empty one says that the end is reached. Make it with {@link #fitting}.
     */
    record ClusterChunks(List<ListedChunk> chunks) implements MasterResponse {

        public ClusterChunks {
            chunks = List.copyOf(chunks);
        }

        /** A page of as many of these chunks as fit into a frame. */
        public static ClusterChunks fitting(List<ListedChunk> found) {
            return new ClusterChunks(HeaderBudget.fitting(found, MembershipJson::listedChunk));
        }
    }

    /** To {@link MasterRequest.Needed}. */
    record Needed(long chunks) implements MasterResponse {}

    /**
     * To {@link MasterRequest.ClusterStatus}: the master's numbers, and a page of its servers. Make it with {@link #fitting}.
     *
     * @param status with the servers of the page
     * @param more   whether there are further servers after the last of these
     */
    record ClusterStatus(io.chunkserver.core.membership.ClusterStatus status, boolean more) implements MasterResponse {

        /**
         * A page.
         *
         * @param whole with all servers, in any order
         * @param after the server after which the page starts; null for the first
         */
        public static ClusterStatus fitting(
                io.chunkserver.core.membership.ClusterStatus whole, @Nullable ServerId after) {
            List<MemberStatus> rest = whole.members().stream()
                    .filter(member -> after == null || after.compareTo(name(member)) < 0)
                    .sorted(Comparator.comparing(ClusterStatus::name))
                    .toList();
            List<MemberStatus> page = HeaderBudget.fitting(rest, MembershipJson::memberStatus);
            return new ClusterStatus(whole.withMembers(page), page.size() < rest.size());
        }

        private static ServerId name(MemberStatus member) {
            return member.registration().server().id();
        }
    }
}
