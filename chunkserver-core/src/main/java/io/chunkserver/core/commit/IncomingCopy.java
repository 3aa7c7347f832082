package io.chunkserver.core.commit;

import com.google.common.util.concurrent.MoreExecutors;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.space.Reservation;
import io.chunkserver.core.store.Publication;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A version that a peer has published, on its way into this server: its space is reserved, its bytes are staged, and at the end the
 * chunk's lane decides whether it is taken. Until then it holds nothing but its own file: transactions on the chunk go on.
 *
 * <p>It has no record in the log. A crash before it is published leaves a staged file that nobody promised, which a start removes.
 *
 * <p><b>Threads.</b> Safe for many threads; nothing waits. What touches the file runs one step at a time on the disk's threads, the last
 * step on the chunk's lane. Calls come one after the other, each when the stage of the one before has completed, but for
 * {@link #cancel}, which may come at any time.
 */
public final class IncomingCopy {

    private static final Logger LOG = LoggerFactory.getLogger(IncomingCopy.class);

    private final Participant participant;
    private final ChunkInfo source;
    private final Attributes attributes;
    private final StageKey key;
    private final Executor sequence;
    private final CompletableFuture<Adoption> adoption = new CompletableFuture<>();

    // What follows belongs to the steps until the copy is handed over, then to the chunk's lane.

    private @Nullable Reservation reservation;
    private @Nullable StagedChunk stage;
    private boolean over;

    /** The steps' own: the lane has it now. */
    private boolean handedOver;

    /**
     * A copy that nothing was done for yet.
     *
     * @param source  the version as the peer has it
     * @param attempt a number of this server's own, never given before
     */
    IncomingCopy(Participant participant, ChunkInfo source, Attributes attributes, Attempt attempt) {
        this.participant = participant;
        this.source = source;
        this.attributes = attributes;
        this.key = new StageKey(source.transaction(), attempt);
        this.sequence =
                MoreExecutors.newSequentialExecutor(participant.environment().disk());
    }

    /** The version that is copied. */
    public ChunkInfo source() {
        return source;
    }

    StageKey key() {
        return key;
    }

    /** Reserves the space and creates the staged file. */
    CompletionStage<IncomingCopy> begin() {
        return step(() -> {
                    Storage storage = participant.storage();
                    long bytes = storage.store().storedBytes(source.id(), attributes, source.lengthBytes());
                    reservation = source.tombstone()
                            // Nobody holds the chunk meanwhile, so what it will replace is not known.
                            ? storage.space().reserveForDelete(bytes, 0)
                            : storage.space().reserve(bytes);
                    stage = storage.store()
                            .stage(new StageRequest(
                                    source.id(),
                                    source.version(),
                                    key,
                                    source.epoch(),
                                    source.tombstone(),
                                    attributes,
                                    Durability.SYNC));
                })
                .thenApply(begun -> this);
    }

    /** Takes the next block; the stage completes when it is written, and its buffer is free again. */
    public CompletionStage<Void> write(CheckedBlock block) {
        return step(() -> requireStage().write(block));
    }

    /**
     * All bytes came: makes them durable and asks the chunk's lane to take them.
     *
     * <p>Completes exceptionally with {@code CHECKSUM_MISMATCH} when they are not those of the source, {@code BUSY} when a transaction is
     * open on the chunk, {@code CONFLICTING_COPIES} when another transaction's version of this number is published here, and when the disk
     * or its space fails. Nothing is left behind then.
     */
    public CompletionStage<Adoption> finish() {
        return step(() -> {
                    ChunkInfo staged = requireStage().finish(source.lengthBytes(), source.crc32c());
                    requireStage().close();
                    requireReservation().shrinkTo(staged.storedBytes());
                    handedOver = true;
                })
                .thenCompose(staged -> participant.run(source.id(), lane -> lane.adopt(this)))
                .thenCompose(handled -> adoption);
    }

    /** Throws away what came so far, unless it is finished or over already. Idempotent. */
    public void cancel() {
        try {
            sequence.execute(() -> {
                if (!handedOver) {
                    drop();
                }
            });
        } catch (RejectedExecutionException closed) {
            LOG.debug("the unfinished copy {} of chunk {} is removed by the next start", key, source.id());
        }
    }

    // What the lane does with it.

    ChunkInfo publish() throws IOException {
        Storage storage = participant.storage();
        Publication publication = storage.store().publish(source.id(), key);
        over = true;
        requireReservation().settle(publication.freedBytes());
        return publication.info();
    }

    void taken(Adoption how) {
        adoption.complete(how);
    }

    void refused(Failure why) {
        adoption.completeExceptionally(why.at(participant.self()).toException());
    }

    /** Removes what came; its space is given back only when its bytes are off the disk. */
    void drop() {
        if (over) {
            return;
        }
        over = true;
        try {
            if (stage != null) {
                stage.close();
                participant.storage().store().discard(source.id(), key);
            }
            if (reservation != null) {
                reservation.forfeit();
            }
        } catch (IOException e) {
            LOG.warn("the unfinished copy {} of chunk {} stays until the next start", key, source.id(), e);
            var unused = participant.failures(source.id()).of(e);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private CompletionStage<Void> step(Step step) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            sequence.execute(() -> {
                try {
                    if (over) {
                        throw Failure.of(ErrorCode.CANCELLED, "the copy of chunk " + source.id() + " was given up")
                                .toException();
                    }
                    step.run();
                    done.complete(null);
                } catch (IOException | RuntimeException e) {
                    drop();
                    done.completeExceptionally(
                            participant.failures(source.id()).of(e).toException(e));
                }
            });
        } catch (RejectedExecutionException closed) {
            done.completeExceptionally(Failure.of(ErrorCode.DRAINING, "the server is closed")
                    .at(participant.self())
                    .toException(closed));
        }
        return done;
    }

    private StagedChunk requireStage() {
        if (stage == null) {
            throw new IllegalStateException("copy " + key + " of chunk " + source.id() + " was not begun");
        }
        return stage;
    }

    private Reservation requireReservation() {
        if (reservation == null) {
            throw new IllegalStateException("copy " + key + " of chunk " + source.id() + " was not begun");
        }
        return reservation;
    }
}
