package io.chunkserver.core.error;

import io.chunkserver.core.model.TransactionId;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The root of all failures. The subclass tells the caller what to do next; {@link #failure()} tells everything.
 *
 * <p>Made by {@link Failure#toException()}, so that a failure that crossed the wire is the same exception there
 * as here.
 */
public abstract sealed class ChunkServerException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    private ChunkServerException(Failure failure, @Nullable Throwable cause) {
        super(failure.describe(), cause);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }

    public ErrorCode code() {
        return failure.code();
    }

    /** The request is wrong as it stands: mend it. */
    public static final class InvalidRequest extends ChunkServerException {
        private static final long serialVersionUID = 1L;

        private InvalidRequest(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }
    }

    /** The chunk, transaction or server is not known there. */
    public static final class NotFound extends ChunkServerException {
        private static final long serialVersionUID = 1L;

        private NotFound(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }
    }

    /** Nothing was changed by this request: wait or go elsewhere, then retry. */
    public static sealed class Unavailable extends ChunkServerException {
        private static final long serialVersionUID = 1L;

        private Unavailable(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }
    }

    /** A limit is reached, of concurrent work or of file handles, and nothing is broken: retry later. */
    public static final class Overloaded extends Unavailable {
        private static final long serialVersionUID = 1L;

        private Overloaded(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }
    }

    /** A member lacks space: {@link Failure#availableBytes()} says how much it has. */
    public static final class InsufficientSpace extends ChunkServerException {
        private static final long serialVersionUID = 1L;

        private InsufficientSpace(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }
    }

    /** Bytes are damaged: read from another member. */
    public static final class Corrupt extends ChunkServerException {
        private static final long serialVersionUID = 1L;

        private Corrupt(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }
    }

    /** Another version, transaction or epoch stands in the way: read the chunk's state, then decide. */
    public static final class Conflict extends ChunkServerException {
        private static final long serialVersionUID = 1L;

        private Conflict(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }
    }

    /** The transaction may or may not be committed: ask for its status, or retry with the same transaction id. */
    public static final class OutcomeUnknown extends ChunkServerException {
        private static final long serialVersionUID = 1L;

        private OutcomeUnknown(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }

        /** The transaction to ask for. */
        public TransactionId transaction() {
            return failure().transaction().orElseThrow();
        }
    }

    /** The data directory, its log or the configuration cannot be used as it is: an operator must act. */
    public static final class Unusable extends ChunkServerException {
        private static final long serialVersionUID = 1L;

        private Unusable(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }
    }

    /** A defect, or a peer that breaks the protocol. */
    public static final class Internal extends ChunkServerException {
        private static final long serialVersionUID = 1L;

        private Internal(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }
    }

    static ChunkServerException of(Failure failure, @Nullable Throwable cause) {
        return switch (failure.code()) {
            case INVALID_ARGUMENT, CHUNK_TOO_LARGE, RANGE_NOT_SATISFIABLE, REFUSED ->
                new InvalidRequest(failure, cause);
            case CHUNK_NOT_FOUND, TRANSACTION_NOT_FOUND, NOT_REGISTERED -> new NotFound(failure, cause);
            case UNREACHABLE,
                    TOO_FEW_SERVERS,
                    MASTER_STARTING,
                    TIMEOUT,
                    READ_ONLY,
                    DRAINING,
                    DISK_FAILED,
                    NOT_LEADING,
                    CANCELLED -> new Unavailable(failure, cause);
            case OVERLOADED -> new Overloaded(failure, cause);
            case INSUFFICIENT_SPACE -> new InsufficientSpace(failure, cause);
            case CORRUPT, CHECKSUM_MISMATCH -> new Corrupt(failure, cause);
            case VERSION_CONFLICT,
                    BUSY,
                    STALE_EPOCH,
                    EXPIRED,
                    ALREADY_COMMITTED,
                    SETTLED_OTHERWISE,
                    PARTLY_REPLICATED,
                    NOT_A_MEMBER,
                    CONFLICTING_COPIES -> new Conflict(failure, cause);
            case OUTCOME_UNKNOWN -> new OutcomeUnknown(failure, cause);
            case BAD_CONFIGURATION, WRONG_SERVER, DUPLICATE_SERVER, FORMAT_TOO_NEW, FORMAT_TOO_OLD, DIRECTORY_LOCKED ->
                new Unusable(failure, cause);
            case INTERNAL, PROTOCOL_ERROR -> new Internal(failure, cause);
        };
    }

    /**
     * The failure behind whatever ended a read: as {@link #from}, but that an {@link IOException} of the disk is told as
     * {@link ErrorCode#DISK_FAILED}. Nothing is known of the bytes then, so it is never told as damage.
     */
    public static ChunkServerException ofRead(IOException thrown) {
        return thrown instanceof ChunkServerException known
                ? known
                : Failure.of(ErrorCode.DISK_FAILED, "the disk could not be read: " + thrown.getMessage())
                        .withHint("read from another server; check the disk and its mount")
                        .toException(thrown);
    }

    /**
     * The failure behind any throwable: unwraps the wrappers of the JDK's futures, keeps what is already a
     * {@link ChunkServerException}, reads {@link IllegalArgumentException} as {@link ErrorCode#INVALID_ARGUMENT}
     * and everything else as {@link ErrorCode#INTERNAL}.
     */
    public static ChunkServerException from(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ChunkServerException known) {
            return known;
        }
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        if (cause instanceof IllegalArgumentException) {
            return Failure.of(ErrorCode.INVALID_ARGUMENT, message).toException(cause);
        }
        return Failure.of(ErrorCode.INTERNAL, message).toException(cause);
    }
}
