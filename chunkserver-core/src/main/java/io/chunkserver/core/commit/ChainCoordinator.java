package io.chunkserver.core.commit;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.chunkserver.core.commit.CoordinatorState.Phase;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Coordinates the transactions of which this server is the primary: decides by its own log, and delivers the decision along the
 * chain.
 *
 * <p>The table of open transactions is the only shared state; each transaction orders its own events
 * ({@link CoordinatedTransaction}).
 */
public final class ChainCoordinator implements TwoPhaseCoordinator {

    /** Time that a coordinator keeps for itself out of a client's timeout, at most: to decide and to answer. */
    private static final Duration DECISION_MARGIN = Duration.ofMillis(500);

    private final Participant participant;
    private final PreparePath path;
    private final TransactionPeers peers;
    private final CommitConfig config;
    private final CoordinatorLog log;
    private final ConcurrentHashMap<TransactionId, CoordinatedTransaction> open = new ConcurrentHashMap<>();
    private volatile List<Member> lastChain = List.of();

    /**
     * Which log this coordinator decides by.
     *
     * @param id       participants name it when they ask for a decision
     * @param attempts numbers the attempts of this server, whichever of its logs has them
     */
    public record CoordinatorLog(UUID id, AttemptNumbers attempts) {}

    public ChainCoordinator(
            Participant participant,
            PreparePath path,
            TransactionPeers peers,
            CommitConfig config,
            CoordinatorLog log) {
        this.participant = participant;
        this.path = path;
        this.peers = peers;
        this.config = config;
        this.log = log;
    }

    Participant participant() {
        return participant;
    }

    TransactionPeers peers() {
        return peers;
    }

    CommitConfig config() {
        return config;
    }

    @Override
    public ChunkWriter begin(StoreRequest request, List<Member> chain) {
        if (chain.isEmpty() || !chain.get(0).id().equals(participant.self())) {
            throw new IllegalArgumentException("server " + participant.self() + " is not the first of chain " + chain);
        }
        Optional<ChunkWriter> remembered = remembered(request);
        if (remembered.isPresent()) {
            return remembered.get();
        }
        if (open.containsKey(request.transaction())) {
            // Whatever speaks against a new one: what becomes of the earlier try is not known yet.
            return notOver(request);
        }
        Optional<Failure> refusal = refusal(request);
        if (refusal.isPresent()) {
            return EndedWriter.refused(refusal.get().in(request.transaction()).at(participant.self()));
        }
        CoordinatedTransaction transaction = new CoordinatedTransaction(this, request, prepareRequest(request, chain));
        CoordinatedTransaction other = open.putIfAbsent(request.transaction(), transaction);
        if (other != null) {
            return notOver(request);
        }
        lastChain = chain;
        transaction.begin(path);
        return transaction;
    }

    private ChunkWriter notOver(StoreRequest request) {
        return EndedWriter.refused(
                Failure.of(ErrorCode.BUSY, "an earlier try of transaction " + request.transaction() + " is not over")
                        .in(request.transaction())
                        .at(participant.self()));
    }

    /**
     * The answer to a retry of a committed transaction. It needs no chain: the retry is answered also when members cannot be
     * reached any more, or when nothing new is taken.
     */
    public Optional<ChunkWriter> remembered(StoreRequest request) {
        return participant
                .storage()
                .log()
                .table()
                .outcome(request.transaction())
                .<ChunkWriter>map(outcome -> EndedWriter.of(outcome, request, participant.self(), isVisible(outcome)))
                .or(() -> copied(request));
    }

    /** What a transaction committed elsewhere came here as a copy: the log knows nothing of it, but the version names it. */
    private Optional<ChunkWriter> copied(StoreRequest request) {
        return participant
                .storage()
                .store()
                .stat(request.chunk())
                .filter(info -> info.transaction().equals(request.transaction()))
                .map(info -> EndedWriter.of(info, request, participant.self()));
    }

    /** The decision is in the log before the version is in its place; of a deletion there may be no trace any more. */
    private boolean isVisible(Outcome outcome) {
        return participant
                .storage()
                .store()
                .stat(outcome.chunk())
                .map(info -> !outcome.version().isNewerThan(info.version()))
                .orElse(outcome.tombstone());
    }

    private Optional<Failure> refusal(StoreRequest request) {
        Optional<Failure> closed =
                participant.admission().refusal(request.kind(), request.chunk(), request.maxLengthBytes());
        if (closed.isPresent()) {
            return closed;
        }
        Optional<Failure> stale = participant.admission().placementRefusal(request.chunk(), request.placementEpoch());
        if (stale.isPresent()) {
            return stale;
        }
        if (participant.storage().log().table().expired(request.transaction())) {
            return Optional.of(Failure.of(
                            ErrorCode.EXPIRED,
                            "transaction " + request.transaction() + " started "
                                    + request.transaction().started()
                                    + ", before the memory of outcomes begins; it may have been applied already")
                    .withHint("read the chunk; if it is not as wanted, store it under a new transaction id"));
        }
        if (open.size() >= config.maxOpenTransactions()) {
            return Optional.of(
                    Failure.of(ErrorCode.OVERLOADED, config.maxOpenTransactions() + " transactions are open already")
                            .withHint("try again later"));
        }
        ChunkVersion committed = participant.committedVersion(request.chunk());
        if (request.base().isPresent() && !request.base().get().equals(committed)) {
            return Optional.of(Failure.of(
                    ErrorCode.VERSION_CONFLICT,
                    "chunk " + request.chunk() + " has version " + committed + ", the request expects version "
                            + request.base().get()));
        }
        boolean missing = participant
                .storage()
                .store()
                .stat(request.chunk())
                .map(ChunkInfo::tombstone)
                .orElse(committed.equals(ChunkVersion.NONE));
        return request.tombstone() && missing
                ? Optional.of(Failure.of(ErrorCode.CHUNK_NOT_FOUND, "chunk " + request.chunk() + " is not here"))
                : Optional.empty();
    }

    private PrepareRequest prepareRequest(StoreRequest request, List<Member> chain) {
        Duration margin = request.timeout().dividedBy(10);
        return new PrepareRequest(
                request.transaction(),
                log.attempts().next(),
                request.chunk(),
                participant.committedVersion(request.chunk()),
                0,
                request.tombstone(),
                request.maxLengthBytes(),
                request.attributes(),
                request.durability(),
                chain,
                log.id(),
                request.timeout().minus(margin.compareTo(DECISION_MARGIN) > 0 ? DECISION_MARGIN : margin),
                request.placementEpoch());
    }

    /** Takes up a decision that was found in the log at start: delivers it until all members have confirmed it. */
    public void restore(Decided decided) {
        CoordinatedTransaction transaction = CoordinatedTransaction.restored(this, decided);
        if (open.putIfAbsent(decided.transaction(), transaction) == null) {
            transaction.resend();
        }
    }

    @Override
    public InquiryAnswer answer(TransactionId id, Attempt attempt, UUID coordinatorLogId) {
        Phase phase = Optional.ofNullable(open.get(id))
                .filter(transaction -> transaction.attempt().equals(attempt))
                .map(CoordinatedTransaction::phase)
                .orElse(null);
        // Read after the table of open transactions: an attempt leaves that only when the log has its outcome.
        Optional<Outcome> outcome = participant.storage().log().table().outcome(id);
        return InquiryRule.answer(
                phase,
                outcome.isPresent() && outcome.get().attempt().equals(attempt),
                coordinatorLogId.equals(log.id()));
    }

    @Override
    public List<TransactionSummary> open() {
        return open.values().stream().map(CoordinatedTransaction::summary).toList();
    }

    @Override
    public Optional<TransactionSummary> find(TransactionId transaction) {
        @Nullable CoordinatedTransaction found = open.get(transaction);
        return Optional.ofNullable(found).map(CoordinatedTransaction::summary);
    }

    /** The members of the last transaction that was begun here, in the order of their chain; empty before the first. */
    public List<Member> lastChain() {
        return lastChain;
    }

    /** The transaction is over: only the log remembers it from now on. */
    void forget(CoordinatedTransaction transaction) {
        open.remove(transaction.id(), transaction);
    }

    /** A step for which the server has no timer any more is left to {@link #close}. */
    Future<?> schedule(Runnable step, Duration delay) {
        try {
            return participant.environment().timers().schedule(step, delay.toNanos(), NANOSECONDS);
        } catch (RejectedExecutionException closing) {
            return CompletableFuture.completedFuture(null);
        }
    }

    /**
     * Answers all who still wait, as far as the log has got: committed, aborted, or unknown. To be called when nothing that was
     * begun is still being done, and no timer is left that could end the wait.
     */
    public void close(Failure why) {
        for (CoordinatedTransaction transaction : List.copyOf(open.values())) {
            transaction.end(why);
        }
    }
}
