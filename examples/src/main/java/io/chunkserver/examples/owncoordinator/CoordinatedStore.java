package io.chunkserver.examples.owncoordinator;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.examples.owncoordinator.DecisionFile.Decision;
import io.chunkserver.examples.owncoordinator.DecisionRules.Phase;
import io.chunkserver.examples.owncoordinator.DecisionRules.Transaction;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One attempt of a transaction at its {@link WitnessCoordinator}, whose monitor guards all that changes here. */
final class CoordinatedStore implements ChunkWriter {

    /** How long a client waits for members to confirm what is committed. */
    private static final Duration CONFIRMATIONS = Duration.ofSeconds(2);

    private static final Duration FIRST_REPETITION = Duration.ofSeconds(1);
    private static final Duration LONGEST_REPETITION = Duration.ofSeconds(30);

    private final WitnessCoordinator coordinator;
    private final StoreRequest request;
    private final List<Member> chain;
    private final Attempt attempt;
    private final ChunkVersion base;
    private final UUID logId;
    private final DecisionRules rules;
    private final CompletableFuture<Receipt> receipt = new CompletableFuture<>();
    private final Set<ServerId> waitingFor = new LinkedHashSet<>();
    private final Set<ServerId> applied = new HashSet<>();

    private Transaction transaction;
    private @Nullable PrepareStream stream;
    private @Nullable Failure why;
    private boolean finished;
    private long lengthBytes;
    private int crc32c;

    CoordinatedStore(
            WitnessCoordinator coordinator,
            StoreRequest request,
            ChunkVersion base,
            List<Member> chain,
            Attempt attempt,
            UUID logId) {
        this.coordinator = coordinator;
        this.request = request;
        this.base = base;
        this.chain = List.copyOf(chain);
        this.attempt = attempt;
        this.logId = logId;
        this.rules = new DecisionRules(
                others().stream().map(member -> member.id().value()).collect(Collectors.toSet()));
        this.transaction = rules.begun();
    }

    /** What was decided before a restart. */
    static CoordinatedStore decided(WitnessCoordinator coordinator, Decision decision) {
        StoreRequest request = new StoreRequest(
                decision.transaction(),
                decision.chunk(),
                false,
                decision.lengthBytes(),
                null,
                Attributes.NONE,
                decision.durability(),
                StoreRequest.DEFAULT_TIMEOUT);
        CoordinatedStore store = new CoordinatedStore(
                coordinator,
                request,
                new ChunkVersion(decision.version().number() - 1),
                decision.chain(),
                decision.attempt(),
                coordinator.file().logId());
        store.transaction = store.rules.restarted(true);
        store.lengthBytes = decision.lengthBytes();
        store.crc32c = decision.crc32c();
        store.applied.add(coordinator.self());
        return store;
    }

    /** A retry of what is committed. */
    static CoordinatedStore answered(WitnessCoordinator coordinator, Decision decision) {
        CoordinatedStore store = decided(coordinator, decision);
        store.tell();
        return store;
    }

    private List<Member> others() {
        return chain.subList(Math.min(1, chain.size()), chain.size());
    }

    TransactionId transaction() {
        return request.transaction();
    }

    Attempt attempt() {
        return attempt;
    }

    ChunkId chunk() {
        return request.chunk();
    }

    boolean isUndecided() {
        return transaction.phase() == Phase.VOTING || transaction.phase() == Phase.RECORDING;
    }

    TransactionSummary summary() {
        return new TransactionSummary(
                transaction(),
                attempt,
                chunk(),
                base.next(),
                request.tombstone(),
                isUndecided() ? TransactionState.PREPARING : TransactionState.COMMITTING,
                chain,
                List.copyOf(waitingFor),
                false);
    }

    // The first phase

    void refuse(Failure failure) {
        receipt.completeExceptionally(
                failure.at(coordinator.self()).in(transaction()).toException());
    }

    void prepare() {
        stream = coordinator
                .others()
                .peer(chain.get(1))
                .prepare(new PrepareRequest(
                        transaction(),
                        attempt,
                        chunk(),
                        base,
                        0,
                        request.tombstone(),
                        request.maxLengthBytes(),
                        request.attributes(),
                        request.durability(),
                        chain,
                        logId,
                        request.timeout()));
        after(request.timeout(), () -> giveUp(Failure.of(ErrorCode.TIMEOUT, "the votes did not come in time")));
        stream.votes().thenAccept(this::collect);
    }

    private void after(Duration delay, Runnable step) {
        var unused = coordinator.environment().timers().schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        return stream == null ? CompletableFuture.completedFuture(null) : stream.write(block);
    }

    @Override
    public void finish(long newLengthBytes, int newCrc32c) {
        synchronized (coordinator) {
            finished = true;
            lengthBytes = newLengthBytes;
            crc32c = newCrc32c;
        }
        if (stream != null) {
            stream.finish(newLengthBytes, newCrc32c);
        }
    }

    @Override
    public void cancel(Failure failure) {
        synchronized (coordinator) {
            if (!finished) {
                giveUp(failure);
            }
        }
    }

    private void giveUp(Failure failure) {
        synchronized (coordinator) {
            why = why == null ? failure : why;
            step(rules.timedOut(transaction));
        }
    }

    private void collect(List<Vote> votes) {
        synchronized (coordinator) {
            for (Vote vote : votes) {
                if (why == null) {
                    why = vote.refusal();
                }
                step(rules.voted(transaction, vote.member().value(), vote.isYes()));
            }
            if (transaction.phase() == Phase.VOTING) {
                giveUp(Failure.of(ErrorCode.UNREACHABLE, "of the members only " + transaction.yes() + " have voted"));
            }
        }
    }

    private void step(Transaction next) {
        Phase before = transaction.phase();
        transaction = next;
        if (next.phase() != before) {
            switch (next.phase()) {
                case RECORDING -> record();
                case COMMITTED -> commit();
                case ABORTED -> abort();
                case VOTING -> {}
            }
        }
    }

    private void abort() {
        Failure failure = why == null ? Failure.of(ErrorCode.CANCELLED, "aborted") : why;
        if (stream != null) {
            stream.cancel(failure);
        }
        for (Member member : others()) {
            // Who does not hear it asks.
            var unused = coordinator.others().peer(member).abort(transaction(), attempt, chunk());
        }
        coordinator.over(this);
        receipt.completeExceptionally(failure.in(transaction()).toException());
    }

    // The decision

    private Decision decision() {
        return new Decision(
                transaction(), attempt, chunk(), base.next(), lengthBytes, crc32c, request.durability(), chain);
    }

    private void record() {
        Decision decision = decision();
        coordinator.environment().log().execute(() -> {
            try {
                coordinator.file().commit(decision);
            } catch (IOException e) {
                // It may be on the disk or not: the next start sees.
                receipt.completeExceptionally(
                        Failure.of(ErrorCode.OUTCOME_UNKNOWN, "the decision could not be written: " + e.getMessage())
                                .in(transaction())
                                .toException(e));
                return;
            }
            synchronized (coordinator) {
                step(rules.recorded(transaction));
            }
        });
    }

    // The second phase

    private void commit() {
        coordinator.decided(decision());
        applied.add(coordinator.self());
        after(CONFIRMATIONS, () -> {
            synchronized (coordinator) {
                tell();
            }
        });
        deliver();
    }

    /** Tells all members until each has confirmed. */
    void deliver() {
        others().forEach(member -> waitingFor.add(member.id()));
        others().forEach(member -> tell(member, FIRST_REPETITION));
    }

    private void tell(Member member, Duration repetition) {
        coordinator
                .others()
                .peer(member)
                .commit(transaction(), attempt, chunk())
                .whenComplete((reply, failure) -> heard(member, reply, repetition));
    }

    private void heard(Member member, @Nullable CommitReply reply, Duration repetition) {
        synchronized (coordinator) {
            if (reply == null) {
                Duration doubled = repetition.multipliedBy(2);
                Duration next = doubled.compareTo(LONGEST_REPETITION) < 0 ? doubled : LONGEST_REPETITION;
                after(repetition, () -> tell(member, next));
                return;
            }
            if (reply == CommitReply.APPLIED) {
                applied.add(member.id());
            }
            if (waitingFor.remove(member.id()) && waitingFor.isEmpty()) {
                tell();
                end();
            }
        }
    }

    private void end() {
        coordinator.over(this);
        coordinator.environment().log().execute(() -> {
            try {
                coordinator.file().end(attempt);
            } catch (IOException e) {
                // Then the members are told once more after the next start, which changes nothing.
            }
        });
    }

    private void tell() {
        receipt.complete(new Receipt(
                transaction(),
                chunk(),
                base.next(),
                lengthBytes,
                crc32c,
                request.durability(),
                chain.size(),
                chain.stream().map(Member::id).filter(applied::contains).toList()));
    }

    @Override
    public CompletionStage<Receipt> receipt() {
        return receipt;
    }
}
