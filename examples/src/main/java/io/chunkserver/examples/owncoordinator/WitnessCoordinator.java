package io.chunkserver.examples.owncoordinator;

import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.examples.owncoordinator.DecisionFile.Decision;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A coordinator that keeps decisions and versions, and no bytes: the chunks are on the other members of the chain. It decides by
 * {@link DecisionRules} and remembers by a {@link DecisionFile}.
 *
 * <p>Safe for many threads: its state is guarded by its monitor, which is never held while the disk or another server is waited for.
 */
class WitnessCoordinator implements TwoPhaseCoordinator {

    private final Member self;
    private final Replicas others;
    private final Environment environment;
    private final DecisionFile file;

    private final Map<TransactionId, CoordinatedStore> open = new HashMap<>();
    private final Map<TransactionId, Decision> committed = new HashMap<>();
    private final Map<ChunkId, ChunkVersion> versions = new HashMap<>();
    private long attempts;

    WitnessCoordinator(Member self, Disk disk, Replicas others, Environment environment) throws IOException {
        this.self = self;
        this.others = others;
        this.environment = environment;
        this.file = DecisionFile.open(disk, environment.random());
    }

    /** Goes on with what was decided before. */
    final synchronized WitnessCoordinator start() {
        for (Decision decision : file.decisions()) {
            versions.put(decision.chunk(), decision.version());
            if (isRemembered(file, decision)) {
                committed.put(decision.transaction(), decision);
            }
            if (!file.hasEnded(decision)) {
                CoordinatedStore store = CoordinatedStore.decided(this, decision);
                open.put(decision.transaction(), store);
                store.deliver();
            }
        }
        return this;
    }

    /** Whether a client that asks for the transaction again hears that it is committed. */
    boolean isRemembered(DecisionFile from, Decision decision) {
        return true;
    }

    Environment environment() {
        return environment;
    }

    Replicas others() {
        return others;
    }

    DecisionFile file() {
        return file;
    }

    ServerId self() {
        return self.id();
    }

    @Override
    public final synchronized ChunkWriter begin(StoreRequest request, List<Member> chain) {
        Decision before = committed.get(request.transaction());
        if (before != null) {
            return CoordinatedStore.answered(this, before);
        }
        ChunkVersion base = versions.getOrDefault(request.chunk(), ChunkVersion.NONE);
        CoordinatedStore store =
                new CoordinatedStore(this, request, base, chain, new Attempt(file.boot(), ++attempts), file.logId());
        Optional<Failure> refusal = refusal(request, base, chain);
        if (refusal.isPresent()) {
            store.refuse(refusal.get());
            return store;
        }
        open.put(request.transaction(), store);
        store.prepare();
        return store;
    }

    private Optional<Failure> refusal(StoreRequest request, ChunkVersion base, List<Member> chain) {
        if (chain.size() < 2) {
            return Optional.of(Failure.of(ErrorCode.INVALID_ARGUMENT, "nobody is named to keep the chunk"));
        }
        if (open.values().stream()
                .anyMatch(other -> other.isUndecided() && other.chunk().equals(request.chunk()))) {
            return Optional.of(Failure.of(ErrorCode.BUSY, "another transaction is open on chunk " + request.chunk()));
        }
        return request.base()
                .filter(expected -> !expected.equals(base))
                .map(expected -> Failure.of(
                        ErrorCode.VERSION_CONFLICT,
                        "version " + base + " of chunk " + request.chunk() + " is committed, not " + expected));
    }

    /** It is on the disk. */
    void decided(Decision decision) {
        versions.put(decision.chunk(), decision.version());
        committed.put(decision.transaction(), decision);
    }

    /** Nothing is left to do for it. */
    void over(CoordinatedStore store) {
        open.remove(store.transaction(), store);
    }

    @Override
    public final synchronized InquiryAnswer answer(TransactionId transaction, Attempt attempt, UUID coordinatorLogId) {
        CoordinatedStore store = open.get(transaction);
        if (store != null && store.attempt().equals(attempt)) {
            return store.isUndecided() ? InquiryAnswer.PENDING : InquiryAnswer.COMMIT;
        }
        Decision decision = committed.get(transaction);
        if (decision != null && decision.attempt().equals(attempt)) {
            return InquiryAnswer.COMMIT;
        }
        return coordinatorLogId.equals(file.logId()) ? InquiryAnswer.ABORT : InquiryAnswer.DONT_KNOW;
    }

    @Override
    public final synchronized List<TransactionSummary> open() {
        return open.values().stream().map(CoordinatedStore::summary).toList();
    }

    @Override
    public final synchronized Optional<TransactionSummary> find(TransactionId transaction) {
        return Optional.ofNullable(open.get(transaction)).map(CoordinatedStore::summary);
    }
}
