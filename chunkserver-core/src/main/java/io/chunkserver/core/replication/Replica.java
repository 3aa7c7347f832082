package io.chunkserver.core.replication;

import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.TransactionPeer;

/** Another chunk server, as this one sees it. Safe for many threads; no method blocks. */
public interface Replica extends TransactionPeer {

    /**
     * Opens the way for a chunk's bytes to this server, which passes them on to the members after it in the chain. Never
     * throws: a server that cannot be reached is a no in {@link PrepareStream#votes}.
     */
    PrepareStream prepare(PrepareRequest request);
}
