package io.chunkserver.core;

import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What clients asked of a server and were told, which says what a crash at this moment may leave: of each chunk the last
 * version that was acknowledged, or one that was asked for and not answered yet. The reference model of a store.
 */
final class StoreHistory {

    /** How a version comes to its end. */
    enum End {
        STORE,
        DELETE,
        CANCEL,
        WRONG_BASE
    }

    /** What another server has decided, or will, of a version that this one is to store as a member of a chain. */
    enum Decision {
        NOT_PROMISED,
        PROMISED,
        COMMIT,
        ABORT,
        /** The coordinator has lost its log, and an operator is committing what was promised. */
        COMMITTING_BY_HAND,
        /** The same, and aborting it. */
        ABORTING_BY_HAND,
        /** An operator has committed it: nobody else can tell. */
        COMMITTED_BY_HAND,
        ABORTED_BY_HAND;

        /** What the coordinator says after a crash; an operator who was cut off would do the same again. */
        private Decision afterCrash(boolean commit) {
            return switch (this) {
                case COMMIT, COMMITTING_BY_HAND -> COMMIT;
                case NOT_PROMISED, ABORT, ABORTING_BY_HAND -> ABORT;
                case PROMISED -> commit ? COMMIT : ABORT;
                case COMMITTED_BY_HAND, ABORTED_BY_HAND -> this;
            };
        }
    }

    /** One version that a client asks for. */
    record Version(TransactionId transaction, ChunkId chunk, int lengthBytes, End end) {

        byte[] content() {
            byte[] bytes = new byte[lengthBytes];
            new Random(transaction.sequence()).nextBytes(bytes);
            return bytes;
        }

        StoreRequest request() {
            return new StoreRequest(
                    transaction,
                    chunk,
                    end == End.DELETE,
                    lengthBytes,
                    end == End.WRONG_BASE ? new ChunkVersion(1_000_000) : null,
                    Attributes.NONE,
                    Durability.SYNC,
                    Duration.ofMinutes(1));
        }
    }

    private final Map<ChunkId, Version> acknowledged = new TreeMap<>();
    private final Map<ChunkId, List<Version>> open = new TreeMap<>();
    private final Map<Version, Decision> decisions = new LinkedHashMap<>();
    private @Nullable Version last;
    private long sequence;

    /** A version with a transaction of its own. */
    Version next(ChunkId chunk, int lengthBytes, End end) {
        last = new Version(new TransactionId("client", 1_900_000_000_000L, sequence++), chunk, lengthBytes, end);
        return last;
    }

    /** The version that was made last; a client that asks for it again does nothing. */
    Optional<Version> last() {
        return Optional.ofNullable(last);
    }

    void begins(Version version) {
        open.computeIfAbsent(version.chunk(), any -> new ArrayList<>()).add(version);
    }

    /** The version is one of a chain whose coordinator is another server. */
    void decides(Version version, Decision decision) {
        decisions.put(version, decision);
    }

    /** What a coordinator says that knows this history. */
    InquiryAnswer answer(TransactionId transaction) {
        for (Map.Entry<Version, Decision> entry : decisions.entrySet()) {
            if (entry.getKey().transaction().equals(transaction)) {
                return switch (entry.getValue()) {
                    case NOT_PROMISED, ABORT -> InquiryAnswer.ABORT;
                    case PROMISED -> InquiryAnswer.PENDING;
                    case COMMIT -> InquiryAnswer.COMMIT;
                    case COMMITTING_BY_HAND, ABORTING_BY_HAND, COMMITTED_BY_HAND, ABORTED_BY_HAND ->
                        InquiryAnswer.DONT_KNOW;
                };
            }
        }
        return InquiryAnswer.DONT_KNOW;
    }

    /**
     * This history as it goes on when the server crashes now: coordinators decide what they have not decided yet, and what
     * they have decided to commit counts as acknowledged.
     *
     * @param commit how they decide where a promise lets them choose
     */
    StoreHistory afterCrash(boolean commit) {
        StoreHistory after = new StoreHistory();
        after.acknowledged.putAll(acknowledged);
        open.forEach((chunk, versions) -> after.open.put(chunk, new ArrayList<>(versions)));
        decisions.forEach((version, decision) -> {
            Decision decided = decision.afterCrash(commit);
            after.decides(version, decided);
            if (open.getOrDefault(version.chunk(), List.of()).contains(version)) {
                if (decided == Decision.COMMIT) {
                    after.committed(version);
                } else {
                    after.aborted(version);
                }
            }
        });
        return after;
    }

    /** What an operator was told to be settled, and whether as committed. */
    Map<TransactionId, Boolean> settledByHand() {
        Map<TransactionId, Boolean> settled = new LinkedHashMap<>();
        decisions.forEach((version, decision) -> {
            if (decision == Decision.COMMITTED_BY_HAND || decision == Decision.ABORTED_BY_HAND) {
                settled.put(version.transaction(), decision == Decision.COMMITTED_BY_HAND);
            }
        });
        return settled;
    }

    void committed(Version version) {
        open.getOrDefault(version.chunk(), List.of()).remove(version);
        acknowledged.put(version.chunk(), version);
    }

    void aborted(Version version) {
        open.getOrDefault(version.chunk(), List.of()).remove(version);
    }

    /** Chunks of which a version was acknowledged or asked for. */
    Set<ChunkId> chunks() {
        Set<ChunkId> chunks = new TreeSet<>(acknowledged.keySet());
        chunks.addAll(open.keySet());
        return chunks;
    }

    /** The version that was acknowledged last. */
    Optional<Version> acknowledged(ChunkId chunk) {
        return Optional.ofNullable(acknowledged.get(chunk));
    }

    /** The version by this transaction, if a crash may leave it. */
    Optional<Version> possible(ChunkId chunk, TransactionId transaction) {
        List<Version> possible = new ArrayList<>(open.getOrDefault(chunk, List.of()));
        acknowledged(chunk).ifPresent(possible::add);
        return possible.stream()
                .filter(version -> version.end() != End.DELETE)
                .filter(version -> version.transaction().equals(transaction))
                .findFirst();
    }

    /** Whether a crash may leave no version. */
    boolean mayBeGone(ChunkId chunk) {
        Optional<Version> settled = acknowledged(chunk);
        return settled.isEmpty()
                || settled.get().end() == End.DELETE
                || open.getOrDefault(chunk, List.of()).stream().anyMatch(version -> version.end() == End.DELETE);
    }
}
