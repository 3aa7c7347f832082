package io.chunkserver.core.membership;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A server as its sessions with masters see it. Safe for many threads; no method blocks. */
public interface ReportingServer {

    /** How it presents itself now. */
    Registration registration();

    /** How it is now. */
    Heartbeat heartbeat();

    /**
     * A page of its published versions in the order of their ids, tombstones included.
     *
     * @param after the id after which the page starts; null for the first page
     * @param limit the most that is returned; fewer means that the end is reached
     */
    List<ChunkInfo> list(@Nullable ChunkId after, int limit);

    /** The published version of a chunk, when whatever was begun on the chunk before is done and durable. */
    CompletionStage<Optional<ChunkInfo>> published(ChunkId chunk);

    /** The transactions in which it takes part and that are not over, the oldest first. */
    List<OpenTransaction> open();

    /**
     * Takes a master's answer to a heartbeat: its orders, the most urgent first, some of which may be dropped.
     *
     * @return false when the master was replaced by one of a newer epoch: none of its orders is followed
     */
    boolean take(HeartbeatReply reply);
}
