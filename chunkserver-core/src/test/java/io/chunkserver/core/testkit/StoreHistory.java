package io.chunkserver.core.testkit;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What clients asked of a store and what they heard, in the order in which it happened: what {@link StoreHistoryChecker}
 * judges.
 *
 * <p>A client writes down a call before it makes it, and its answer after it heard it. A call without an answer is one whose
 * outcome nobody knows. Safe for many threads.
 */
public final class StoreHistory {

    /** What a read promises about the version that it returns. */
    public enum ReadKind {
        /** A version that was the newest of all at some moment during the read. */
        LATEST,
        /** The version that is committed at the member asked, which may be behind the others but never goes back. */
        AT_MEMBER
    }

    private final Map<ChunkId, List<Call>> calls = new LinkedHashMap<>();

    @GuardedBy("this")
    private long moments;

    /** An attempt to store these bytes; a retry under the same transaction is a call of its own. */
    public Write store(ChunkId chunk, TransactionId transaction, String content) {
        return add(chunk, new Write(transaction, content));
    }

    /** An attempt to delete a chunk. */
    public Write delete(ChunkId chunk, TransactionId transaction) {
        return add(chunk, new Write(transaction, null));
    }

    /** A read at one member. */
    public Read read(ChunkId chunk, ServerId member, ReadKind kind) {
        return add(chunk, new Read(member, kind));
    }

    /** How many calls were made. */
    public synchronized int size() {
        return calls.values().stream().mapToInt(List::size).sum();
    }

    private synchronized <T extends Call> T add(ChunkId chunk, T call) {
        Call added = call;
        added.began = moments++;
        calls.computeIfAbsent(chunk, id -> new ArrayList<>()).add(call);
        return call;
    }

    private synchronized void answered(Call call, Runnable what) {
        if (call.ended != Call.NEVER) {
            throw new IllegalStateException("heard a second answer: " + call);
        }
        call.ended = moments++;
        what.run();
    }

    /** A copy of the calls on each chunk, in the order in which they were made. */
    synchronized Map<ChunkId, List<Call>> calls() {
        Map<ChunkId, List<Call>> copy = new LinkedHashMap<>();
        calls.forEach((chunk, made) -> copy.put(chunk, List.copyOf(made)));
        return copy;
    }

    /** One call of one client. */
    abstract static sealed class Call {

        static final long NEVER = Long.MAX_VALUE;

        private long began;
        private long ended = NEVER;

        long began() {
            return began;
        }

        long ended() {
            return ended;
        }

        String span() {
            return began + (ended == NEVER ? "-" : "-" + ended);
        }
    }

    /** A store or a delete. */
    public final class Write extends Call {

        private final TransactionId transaction;
        private final @Nullable String content;
        private @Nullable ChunkVersion version;
        private List<ServerId> applied = List.of();

        private Write(TransactionId transaction, @Nullable String content) {
            this.transaction = transaction;
            this.content = content;
        }

        /**
         * The client was told that the transaction is committed.
         *
         * @param applied members that have made the version visible
         */
        public void committed(ChunkVersion created, List<ServerId> applied) {
            answered(this, () -> {
                this.version = created;
                this.applied = List.copyOf(applied);
            });
        }

        /** The client was told that this attempt changed nothing and never will. */
        public void aborted() {
            answered(this, () -> {});
        }

        TransactionId transaction() {
            return transaction;
        }

        boolean deletes() {
            return content == null;
        }

        @Nullable
        String content() {
            return content;
        }

        @Nullable
        ChunkVersion version() {
            return version;
        }

        List<ServerId> applied() {
            return applied;
        }

        boolean wasAborted() {
            return ended() != NEVER && version == null;
        }

        boolean wasCommitted() {
            return version != null;
        }

        @Override
        public String toString() {
            String what = content == null ? "delete by " : "store " + content + " by ";
            String outcome = version != null
                    ? "committed as version " + version + ", applied at " + applied
                    : ended() == NEVER ? "outcome unknown" : "aborted";
            return span() + " " + what + transaction + ": " + outcome;
        }
    }

    /** A read. */
    public final class Read extends Call {

        private final ServerId member;
        private final ReadKind kind;
        private boolean answered;
        private @Nullable ChunkVersion version;
        private @Nullable TransactionId transaction;
        private @Nullable String content;

        private Read(ServerId member, ReadKind kind) {
            this.member = member;
            this.kind = kind;
        }

        /** The read returned this version and these bytes. */
        public void found(ChunkInfo info, String bytes) {
            found(info.version(), info.transaction(), bytes);
        }

        /** The read returned this version and these bytes. */
        public void found(ChunkVersion seen, TransactionId writer, String bytes) {
            answered(this, () -> {
                answered = true;
                version = seen;
                transaction = writer;
                content = bytes;
            });
        }

        /** The read was told that there is no such chunk. */
        public void absent() {
            answered(this, () -> answered = true);
        }

        /** The read failed, which says nothing about the chunk. */
        public void failed() {
            answered(this, () -> {});
        }

        ServerId member() {
            return member;
        }

        ReadKind kind() {
            return kind;
        }

        /** Whether the read says anything about the chunk: one that failed, or has no answer, does not. */
        public boolean tells() {
            return answered;
        }

        boolean wasFound() {
            return version != null;
        }

        ChunkVersion version() {
            return requireNonNull(version);
        }

        TransactionId transaction() {
            return requireNonNull(transaction);
        }

        String content() {
            return requireNonNull(content);
        }

        @Override
        public String toString() {
            String what = kind == ReadKind.LATEST ? "read of the latest version at " : "read at ";
            String outcome = version != null
                    ? "version " + version + " of " + transaction + ", " + content
                    : answered ? "not found" : ended() == NEVER ? "no answer" : "failed";
            return span() + " " + what + member + ": " + outcome;
        }
    }
}
