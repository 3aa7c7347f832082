package io.chunkserver.core.commit;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.List;
import java.util.Optional;

/**
 * One transaction as one server sees it.
 *
 * @param version     the version that it creates or created
 * @param chain       all members, the coordinator first; empty when no longer known
 * @param waitingFor  members that have not confirmed the commit
 * @param byHand      an operator settled it at this server, where nobody could tell its outcome: other members may have another one
 */
public record TransactionSummary(
        TransactionId transaction,
        Attempt attempt,
        ChunkId chunk,
        ChunkVersion version,
        boolean tombstone,
        TransactionState state,
        List<Member> chain,
        List<ServerId> waitingFor,
        boolean byHand) {

    public TransactionSummary {
        chain = List.copyOf(chain);
        waitingFor = List.copyOf(waitingFor);
    }

    /** The same in another state. */
    public TransactionSummary in(TransactionState other) {
        return new TransactionSummary(
                transaction, attempt, chunk, version, tombstone, other, chain, waitingFor, byHand);
    }

    /** Whether its outcome is known here for good. */
    public boolean isOver() {
        return switch (state) {
            case PREPARING, PREPARED -> false;
            case COMMITTING, COMMITTED, ABORTED, EXPIRED -> true;
        };
    }

    /** Whether it is known here to be committed, delivered or not. */
    public boolean isCommitted() {
        return state == TransactionState.COMMITTED || state == TransactionState.COMMITTING;
    }

    /** Who decides, or decided; empty when no longer known. */
    public Optional<ServerId> coordinator() {
        return chain.stream().map(Member::id).findFirst();
    }
}
