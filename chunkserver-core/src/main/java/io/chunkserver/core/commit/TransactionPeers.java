package io.chunkserver.core.commit;

import io.chunkserver.core.model.Member;

/** How {@code commit} reaches the other members of a transaction. */
public interface TransactionPeers {

    /** The given member; no connection is made before it is used. */
    TransactionPeer peer(Member member);
}
