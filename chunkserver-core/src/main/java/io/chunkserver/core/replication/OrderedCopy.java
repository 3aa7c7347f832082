package io.chunkserver.core.replication;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.AttemptNumbers;
import io.chunkserver.core.commit.IncomingCopy;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a version from one source after the other until one has given all of it, and offers it to this server's participant.
 *
 * <p>A source that breaks off is followed by the next at the block that was reached, if that has the very same version; else from the
 * start. Each source is tried once, so an order ends.
 *
 * <p>One call at a time touches the state, each after the stage of the one before.
 */
final class OrderedCopy {

    private final Participant participant;
    private final Replicas replicas;
    private final AttemptNumbers attempts;
    private final CopyThrottle throttle;
    private final Order.Copy order;

    private @Nullable IncomingCopy copy;
    private long copiedBytes;

    OrderedCopy(
            Participant participant,
            Replicas replicas,
            AttemptNumbers attempts,
            CopyThrottle throttle,
            Order.Copy order) {
        this.participant = participant;
        this.replicas = replicas;
        this.attempts = attempts;
        this.throttle = throttle;
        this.order = order;
    }

    /** Completes with what was done, in words; exceptionally when no source could give it, or it was not taken. */
    CompletionStage<String> run() {
        return participant.published(order.chunk()).thenCompose(here -> {
            if (here.filter(info -> isOrdered(info)).isPresent()) {
                return CompletableFuture.completedFuture("here already");
            }
            // One of them is this server itself when a chunk moves from one of its volumes to another.
            return from(order.sources(), new ArrayList<>());
        });
    }

    /** A newer version than ordered will do; one of the same number only when it is the same. */
    private boolean isOrdered(ChunkInfo info) {
        return info.version().isNewerThan(order.version())
                || (info.version().equals(order.version()) && info.transaction().equals(order.transaction()));
    }

    private CompletionStage<String> from(List<Member> sources, List<String> failures) {
        if (sources.isEmpty()) {
            giveUp();
            return CompletableFuture.failedFuture(
                    Failure.of(ErrorCode.UNREACHABLE, "no source could give it: " + String.join("; ", failures))
                            .toException());
        }
        Member source = sources.get(0);
        Sink sink = new Sink();
        return sink.after(replicas.peer(source).fetch(order.chunk(), order.version(), copiedBytes, sink))
                .thenCompose(fetched -> sink.finish())
                .handle((done, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.<String>completedFuture(done + " from server " + source.id());
                    }
                    ChunkServerException known = ChunkServerException.from(failure);
                    if (sink.failedHere) {
                        giveUp();
                        return CompletableFuture.<String>failedFuture(known);
                    }
                    if (sink.otherVersion) {
                        // What came so far is of another version than this source's, which is fetched from its start.
                        giveUp();
                        return from(sources, failures);
                    }
                    failures.add(source.id() + ": " + known.failure().message());
                    return from(sources.subList(1, sources.size()), failures);
                })
                .thenCompose(next -> next);
    }

    private void giveUp() {
        IncomingCopy begun = copy;
        copy = null;
        copiedBytes = 0;
        if (begun != null) {
            begun.cancel();
        }
    }

    /** What comes from one source. */
    private final class Sink implements CopySink {

        /** The failure is this server's own: another source would not help. */
        private boolean failedHere;

        /** What came before is of another version than what this source has. */
        private boolean otherVersion;

        /** What it does with the block that came last. */
        private CompletionStage<Void> inHand = CompletableFuture.completedFuture(null);

        /** The source broke off, or gave all: what still comes from it is late. */
        private volatile boolean over;

        /** Ends with the fetch, but not before the block that is in hand is written or not. */
        CompletionStage<Void> after(CompletionStage<Void> fetch) {
            return fetch.handle((done, failure) -> {
                        over = true;
                        return inHand.handle((written, notWritten) -> failure == null
                                        ? CompletableFuture.<Void>completedFuture(null)
                                        : CompletableFuture.<Void>failedFuture(failure))
                                .thenCompose(end -> end);
                    })
                    .thenCompose(end -> end);
        }

        @Override
        public CompletionStage<Void> begin(ChunkInfo info, Attributes attributes) {
            if (over || !info.id().equals(order.chunk()) || !isOrdered(info)) {
                return failed(Failure.of(
                        ErrorCode.CONFLICTING_COPIES,
                        "it has version " + info.version() + " of chunk " + info.id() + " by transaction "
                                + info.transaction()));
            }
            IncomingCopy begun = copy;
            if (begun == null) {
                return here(participant.copy(info, attributes, attempts.next()).thenAccept(fresh -> copy = fresh));
            }
            if (!isSame(begun.source(), info)) {
                otherVersion = true;
                return failed(Failure.of(ErrorCode.CANCELLED, "another version was begun before"));
            }
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> write(CheckedBlock block) {
            IncomingCopy begun = copy;
            if (begun == null || over) {
                return failed(Failure.of(ErrorCode.PROTOCOL_ERROR, "a block came before its chunk, or after the end"));
            }
            inHand = throttle.pass(block.lengthBytes())
                    .thenCompose(passed -> begun.write(block))
                    .whenComplete((written, failure) -> {
                        if (failure == null) {
                            copiedBytes += block.lengthBytes();
                        } else {
                            // The participant has thrown the copy away; damaged bytes are the source's or the network's
                            // fault.
                            failedHere = ChunkServerException.from(failure).code() != ErrorCode.CHECKSUM_MISMATCH;
                            giveUp();
                        }
                    });
            return inHand;
        }

        CompletionStage<String> finish() {
            IncomingCopy begun = copy;
            if (begun == null) {
                return CompletableFuture.failedFuture(Failure.of(ErrorCode.PROTOCOL_ERROR, "it ended without the chunk")
                        .toException());
            }
            return begun.finish()
                    .whenComplete((adoption, failure) -> {
                        if (failure != null) {
                            failedHere = ChunkServerException.from(failure).code() != ErrorCode.CHECKSUM_MISMATCH;
                            giveUp();
                        }
                    })
                    .thenApply(adoption -> switch (adoption) {
                        case PUBLISHED -> "version " + begun.source().version() + " copied";
                        case PROMISE_COMMITTED -> "the open promise committed, as told by a copy";
                        case HELD_ALREADY -> "here already";
                    });
        }

        private CompletionStage<Void> here(CompletionStage<Void> stage) {
            return stage.whenComplete((done, failure) -> failedHere = failure != null);
        }

        private CompletionStage<Void> failed(Failure why) {
            return CompletableFuture.failedFuture(why.toException());
        }
    }

    private static boolean isSame(ChunkInfo one, ChunkInfo other) {
        return one.version().equals(other.version())
                && one.transaction().equals(other.transaction())
                && one.lengthBytes() == other.lengthBytes()
                && one.crc32c() == other.crc32c()
                && one.tombstone() == other.tombstone();
    }
}
