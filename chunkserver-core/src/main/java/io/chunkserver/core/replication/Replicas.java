package io.chunkserver.core.replication;

import io.chunkserver.core.commit.TransactionPeers;
import io.chunkserver.core.model.Member;
import java.util.concurrent.CompletionStage;

/** How a server finds and reaches others. */
public interface Replicas extends TransactionPeers {

    @Override
    Replica peer(Member member);

    /**
     * Asks the server at this address who it is and where it stands; may answer from memory.
     *
     * <p>Completes exceptionally with {@code UNREACHABLE}, naming the address, when nobody answers there, and with
     * {@code PROTOCOL_ERROR} when whoever answers is no chunk server.
     */
    CompletionStage<Member> identify(String address);
}
