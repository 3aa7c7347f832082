package io.chunkserver.core.testkit;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.CopySink;
import io.chunkserver.core.replication.Replica;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A member of chains that does as a test tells it, and remembers what it was told.
 *
 * <p>Unless told otherwise it votes yes when all bytes have come, confirms each commit, and has no chunk. Not thread-safe.
 */
public final class FakeReplica implements Replica {

    private final FakeReplicas replicas;
    private final Member member;
    private final List<PrepareRequest> prepared = new ArrayList<>();
    private final List<Attempt> commits = new ArrayList<>();
    private final List<Attempt> aborts = new ArrayList<>();
    private final List<Attempt> yesVotes = new ArrayList<>();
    private final Map<ChunkId, FakeCopy> copies = new HashMap<>();
    private ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private @Nullable Failure refusal;
    private boolean silent;
    private boolean stalled;
    private boolean voteLost;
    private int deafFor;
    private int cancellations;
    private CommitReply reply = CommitReply.APPLIED;
    private InquiryAnswer knows = InquiryAnswer.DONT_KNOW;
    private boolean keepsInquiriesWaiting;
    private Runnable onCommit = () -> {};
    private final List<Long> fetches = new ArrayList<>();
    private int blocksBeforeBreak = Integer.MAX_VALUE;

    FakeReplica(FakeReplicas replicas, Member member) {
        this.replicas = replicas;
        this.member = member;
    }

    public Member member() {
        return member;
    }

    // What it shall do

    /** Votes, hears and confirms again from now on, as at first. */
    public void recover() {
        refusal = null;
        silent = false;
        stalled = false;
        voteLost = false;
        deafFor = 0;
        reply = CommitReply.APPLIED;
    }

    /** Votes no from now on. */
    public void refuse(Failure why) {
        refusal = why;
    }

    /** Never votes from now on. */
    public void fallSilent() {
        silent = true;
    }

    /** Votes, from now on, but the member before it passes the votes on without this one. */
    public void loseVote() {
        voteLost = true;
    }

    /** Takes no more blocks from now on: writes to it never complete. */
    public void stall() {
        stalled = true;
    }

    /** Does not hear the next control messages; their senders are told that nobody answers. */
    public void missMessages(int count) {
        deafFor = count;
    }

    /** Answers commits so from now on. */
    public void replyToCommits(CommitReply answer) {
        reply = answer;
    }

    /** Answers inquiries so from now on. */
    public void answerInquiries(InquiryAnswer answer) {
        knows = answer;
    }

    /** Hears inquiries from now on and never answers them. */
    public void keepInquiriesWaiting() {
        keepsInquiriesWaiting = true;
    }

    /** Breaks off each fetch after so many blocks from now on. */
    public void breakOffAfter(int blocks) {
        blocksBeforeBreak = blocks;
    }

    /** Runs this when the next commit arrives, before it is confirmed. */
    public void onNextCommit(Runnable action) {
        onCommit = action;
    }

    /** Has this version from now on: bytes that fit the info, none of a tombstone. */
    public void publish(ChunkInfo info, Attributes attributes, byte[] content) {
        copies.put(info.id(), new FakeCopy(info, attributes, content.clone()));
    }

    // What it was told

    /** The prepare requests that reached it, in order; the members before it have passed them on. */
    public List<PrepareRequest> prepared() {
        return List.copyOf(prepared);
    }

    /** The offsets from which it was asked for a copy, in order. */
    public List<Long> fetches() {
        return List.copyOf(fetches);
    }

    /** The attempts that it was told to commit, in order, with repetitions. */
    public List<Attempt> commits() {
        return List.copyOf(commits);
    }

    /** The attempts that it was told to abort, in order, with repetitions. */
    public List<Attempt> aborts() {
        return List.copyOf(aborts);
    }

    /** The attempts for which it has voted yes, and its vote was passed on. */
    public List<Attempt> yesVotes() {
        return List.copyOf(yesVotes);
    }

    /** The bytes of the last prepare. */
    public byte[] bytes() {
        return bytes.toByteArray();
    }

    /** How many prepares that reached it first were given up by the member before it. */
    public int cancellations() {
        return cancellations;
    }

    @Override
    public PrepareStream prepare(PrepareRequest request) {
        return new Stream(request);
    }

    @Override
    public CompletionStage<CommitReply> commit(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        if (deaf("commit " + attempt)) {
            return unreachable();
        }
        commits.add(attempt);
        Runnable action = onCommit;
        onCommit = () -> {};
        action.run();
        return CompletableFuture.completedFuture(reply);
    }

    @Override
    public CompletionStage<Void> abort(TransactionId transaction, Attempt attempt, ChunkId chunk) {
        if (deaf("abort " + attempt)) {
            return unreachable();
        }
        aborts.add(attempt);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<InquiryAnswer> inquire(
            TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId) {
        if (deaf("inquiry " + attempt)) {
            return unreachable();
        }
        return keepsInquiriesWaiting ? new CompletableFuture<>() : CompletableFuture.completedFuture(knows);
    }

    @Override
    public CompletionStage<Boolean> holds(ChunkId chunk, ChunkVersion version, TransactionId transaction) {
        if (deaf("a question about " + chunk)) {
            return unreachable();
        }
        return CompletableFuture.completedFuture(
                copies.containsKey(chunk) && copies.get(chunk).holds(version, transaction));
    }

    @Override
    public CompletionStage<Void> fetch(ChunkId chunk, ChunkVersion atLeast, long offset, CopySink sink) {
        if (deaf("a fetch of " + chunk)) {
            return unreachable();
        }
        fetches.add(offset);
        FakeCopy copy = copies.get(chunk);
        return copy == null
                ? CompletableFuture.failedFuture(
                        Failure.of(ErrorCode.CHUNK_NOT_FOUND, "chunk " + chunk + " is not here")
                                .at(member.id())
                                .toException())
                : copy.give(atLeast, offset, new BreakingSink(sink));
    }

    /** Takes so many blocks, and is gone then. */
    private final class BreakingSink implements CopySink {

        private final CopySink sink;
        private int left = blocksBeforeBreak;

        private BreakingSink(CopySink sink) {
            this.sink = sink;
        }

        @Override
        public CompletionStage<Void> begin(ChunkInfo info, Attributes attributes) {
            return sink.begin(info, attributes);
        }

        @Override
        public CompletionStage<Void> write(CheckedBlock block) {
            return left-- > 0 ? sink.write(block) : unreachable();
        }
    }

    private boolean deaf(String message) {
        boolean deaf = deafFor > 0;
        deafFor = Math.max(0, deafFor - 1);
        replicas.trace().note("server " + member.id() + (deaf ? " misses " : " hears ") + message);
        return deaf;
    }

    private <T> CompletionStage<T> unreachable() {
        return CompletableFuture.failedFuture(Failure.of(ErrorCode.UNREACHABLE, "nobody answers at " + member.address())
                .at(member.id())
                .toException());
    }

    /** Takes the bytes for itself and for all members after it, and votes for all of them. */
    private final class Stream implements PrepareStream {

        private final PrepareRequest request;
        private final CompletableFuture<List<Vote>> votes = new CompletableFuture<>();

        Stream(PrepareRequest request) {
            this.request = request;
            bytes = new ByteArrayOutputStream();
            reached().forEach(replica -> replica.prepared.add(request));
            replicas.trace()
                    .note("server " + member.id() + " is asked to prepare " + request.chunk() + " in attempt "
                            + request.attempt());
        }

        private List<FakeReplica> reached() {
            return request.chain().stream()
                    .dropWhile(other -> !other.id().equals(member.id()))
                    .map(replicas::peer)
                    .toList();
        }

        @Override
        public CompletionStage<Void> write(CheckedBlock block) {
            if (stalled) {
                return new CompletableFuture<>();
            }
            byte[] content = new byte[block.lengthBytes()];
            block.data().duplicate().get(content);
            bytes.writeBytes(content);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void finish(long lengthBytes, int crc32c) {
            if (reached().stream().noneMatch(replica -> replica.silent || replica.stalled)) {
                vote(reached().stream()
                        .filter(replica -> !replica.voteLost)
                        .map(replica -> replica.refusal == null
                                ? Vote.yes(replica.member.id())
                                : Vote.no(replica.member.id(), replica.refusal))
                        .toList());
            }
        }

        @Override
        public CompletionStage<List<Vote>> votes() {
            return votes;
        }

        @Override
        public void cancel(Failure why) {
            cancellations++;
            vote(reached().stream()
                    .map(replica -> Vote.no(replica.member.id(), why))
                    .toList());
        }

        private void vote(List<Vote> cast) {
            if (!votes.isDone()) {
                reached().stream()
                        .filter(replica -> cast.contains(Vote.yes(replica.member.id())))
                        .forEach(replica -> replica.yesVotes.add(request.attempt()));
                cast.forEach(vote -> replicas.trace()
                        .note("server " + vote.member() + " votes "
                                + vote.why().map(why -> "no: " + why.describe()).orElse("yes")));
                votes.complete(cast);
            }
        }
    }
}
