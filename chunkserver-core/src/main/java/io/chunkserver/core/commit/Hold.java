package io.chunkserver.core.commit;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ParticipantState.Phase;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.LogRecord.SettledByHand;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.space.Reservation;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a transaction has in hand while it holds a chunk: staged file, reservation and inquiry. Owned by the chunk's lane. */
final class Hold {

    private final Reservation reservation;
    private final @Nullable StagedChunk stage;
    private final long maxLengthBytes;
    private long writtenBytes;
    private Prepared prepared;
    private InDoubtInquiry.@Nullable Handle inquiry;
    private boolean settledByHand;

    private Hold(Prepared prepared, Reservation reservation, @Nullable StagedChunk stage, long maxLengthBytes) {
        this.prepared = prepared;
        this.reservation = reservation;
        this.stage = stage;
        this.maxLengthBytes = maxLengthBytes;
    }

    /**
     * Reserves the most that the chunk may take and creates its staged file.
     *
     * @throws ChunkServerException.InsufficientSpace when there is not enough
     */
    static Hold begin(PrepareRequest request, Storage storage) throws IOException {
        Reservation reservation = reserve(request, storage);
        try {
            StagedChunk stage = storage.store()
                    .stage(new StageRequest(
                            request.chunk(),
                            request.version(),
                            new StageKey(request.transaction(), request.attempt()),
                            request.epoch(),
                            request.tombstone(),
                            request.attributes(),
                            request.durability()));
            return new Hold(record(request, 0, 0), reservation, stage, request.maxLengthBytes());
        } catch (IOException | RuntimeException e) {
            reservation.forfeit();
            throw e;
        }
    }

    private static Reservation reserve(PrepareRequest request, Storage storage) throws IOException {
        long bytes = storage.store().storedBytes(request.chunk(), request.attributes(), request.maxLengthBytes());
        try {
            return request.tombstone()
                    ? storage.space().reserveForDelete(bytes, replacedBytes(request.chunk(), storage))
                    : storage.space().reserve(bytes);
        } catch (ChunkServerException.InsufficientSpace e) {
            Failure why = e.failure();
            throw why.withMessage("chunk " + request.chunk() + " does not fit: " + why.message())
                    .in(request.transaction())
                    .toException(e);
        }
    }

    /** What the delete of a chunk frees here, as long as its lane keeps others from it. */
    private static long replacedBytes(ChunkId chunk, Storage storage) {
        return storage.store().stat(chunk).map(ChunkInfo::storedBytes).orElse(0L);
    }

    /** What the log still knew after a restart; the staged file is complete. */
    static Hold restored(Prepared prepared, Reservation reservation) {
        return new Hold(prepared, reservation, null, prepared.lengthBytes());
    }

    StageKey key() {
        return new StageKey(prepared.transaction(), prepared.attempt());
    }

    /** The promise; length and checksum are right once the staging is finished. */
    Prepared prepared() {
        return prepared;
    }

    /** Whether what is promised is this very version, byte for byte. */
    boolean promises(ChunkInfo version) {
        return prepared.transaction().equals(version.transaction())
                && prepared.base().next().equals(version.version())
                && prepared.tombstone() == version.tombstone()
                && prepared.lengthBytes() == version.lengthBytes()
                && prepared.crc32c() == version.crc32c();
    }

    void write(CheckedBlock block) throws IOException {
        writtenBytes += block.lengthBytes();
        if (writtenBytes > maxLengthBytes) {
            throw Failure.of(
                            ErrorCode.INVALID_ARGUMENT,
                            "chunk " + prepared.chunk() + " was announced with at most " + maxLengthBytes
                                    + " bytes and has more")
                    .toException();
        }
        requireStage().write(block);
    }

    void finish(long lengthBytes, int crc32c) throws IOException {
        ChunkInfo info = requireStage().finish(lengthBytes, crc32c);
        requireStage().close();
        reservation.shrinkTo(info.storedBytes());
        prepared = new Prepared(
                prepared.transaction(),
                prepared.attempt(),
                prepared.chunk(),
                prepared.base(),
                prepared.epoch(),
                prepared.tombstone(),
                prepared.durability(),
                lengthBytes,
                crc32c,
                prepared.chain(),
                prepared.coordinatorLogId());
    }

    /** The record of an operator who settles the promise, which it is from now on. */
    SettledByHand settledByHand(boolean commit, long atMillis) {
        settledByHand = true;
        return new SettledByHand(prepared.transaction(), prepared.attempt(), commit, atMillis);
    }

    /** Whether an operator settles or has settled it. */
    boolean isSettledByHand() {
        return settledByHand;
    }

    void inquiry(InDoubtInquiry.Handle started) {
        inquiry = started;
    }

    void stopInquiry() {
        if (inquiry != null) {
            inquiry.stop();
        }
    }

    /** Somebody wants the chunk: where the outcome is asked for, that is done soon. */
    void hurryInquiry() {
        if (inquiry != null) {
            inquiry.hurry();
        }
    }

    /** The version is published. */
    void settle(long replacedBytes) {
        reservation.settle(replacedBytes);
    }

    /** The version that was to be replaced is gone before. */
    void releaseReplaced(long replacedBytes) {
        reservation.releaseReplaced(replacedBytes);
    }

    void forfeit() {
        reservation.forfeit();
    }

    /** Closes the file and asks no more. */
    void close() throws IOException {
        stopInquiry();
        if (stage != null) {
            stage.close();
        }
    }

    TransactionSummary summary(Phase phase) {
        TransactionState state = switch (phase) {
            case STAGING, FORCING_PREPARED -> TransactionState.PREPARING;
            case PREPARED, FORCING_ABORTED -> TransactionState.PREPARED;
            case FORCING_COMMITTED, PUBLISHING -> TransactionState.COMMITTING;
        };
        return new TransactionSummary(
                prepared.transaction(),
                prepared.attempt(),
                prepared.chunk(),
                prepared.base().next(),
                prepared.tombstone(),
                state,
                prepared.chain(),
                List.of(),
                false);
    }

    private StagedChunk requireStage() {
        if (stage == null) {
            throw new IllegalStateException("transaction " + key() + " was staged before the restart");
        }
        return stage;
    }

    private static Prepared record(PrepareRequest request, long lengthBytes, int crc32c) {
        return new Prepared(
                request.transaction(),
                request.attempt(),
                request.chunk(),
                request.base(),
                request.epoch(),
                request.tombstone(),
                request.durability(),
                lengthBytes,
                crc32c,
                request.chain(),
                request.coordinatorLogId());
    }
}
