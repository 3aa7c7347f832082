package io.chunkserver.core.commit;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Decides transactions of which this server is the primary.
 *
 * <p><b>Atomicity</b> (A1). A transaction is committed on all members of its chain or on none. The decision is on this
 * server's disk before anybody, the client included, hears of it.
 *
 * <p><b>Idempotence</b> (A3). A transaction id is applied at most once: a retry of a committed one is answered with its
 * receipt, as long as outcomes are remembered, and refused as {@code EXPIRED} beyond that.
 *
 * <p><b>Outcomes</b> (A4). Committed, aborted, or unknown; unknown only when this server's log failed while the decision was
 * being written, and then for every inquiry until a restart has read the log.
 *
 * <p><b>Threads.</b> Safe for many threads; no method blocks.
 */
public interface TwoPhaseCoordinator {

    /**
     * Begins a transaction, or a further attempt of one that was aborted. Never throws: a refusal completes
     * {@link ChunkWriter#receipt}.
     *
     * @param request what the client wants
     * @param chain   all members, this server first
     */
    ChunkWriter begin(StoreRequest request, List<Member> chain);

    /** Answers a participant that is in doubt. */
    InquiryAnswer answer(TransactionId transaction, Attempt attempt, UUID coordinatorLogId);

    /** The transactions that this server coordinates and that are not over. */
    List<TransactionSummary> open();

    /** One of {@link #open}. */
    Optional<TransactionSummary> find(TransactionId transaction);
}
