package io.chunkserver.core.error;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A failure as a value: what travels in votes and on the wire, and what every {@link ChunkServerException} holds.
 *
 * @param code           what kind of failure
 * @param message        one sentence that names the chunk, the server and the values at fault
 * @param hint           what the caller can do, or empty
 * @param culprit        the server at fault, where there is one
 * @param transactionId  the transaction concerned, where there is one
 * @param available      with {@link ErrorCode#INSUFFICIENT_SPACE}, the culprit's available bytes
 */
public record Failure(
        ErrorCode code,
        String message,
        String hint,
        @Nullable ServerId culprit,
        @Nullable TransactionId transactionId,
        @Nullable Long available) {

    public static Failure of(ErrorCode code, String message) {
        return new Failure(code, message, "", null, null, null);
    }

    /** A member has less space than a chunk needs. */
    public static Failure insufficientSpace(long neededBytes, long availableBytes) {
        return new Failure(
                ErrorCode.INSUFFICIENT_SPACE,
                neededBytes + " bytes are needed and " + availableBytes + " bytes are available",
                "delete chunks, raise the space limit or store on another server",
                null,
                null,
                availableBytes);
    }

    /**
     * One version of a chunk is there under two transactions, and nobody but an operator knows which one is right. A delete would spread and
     * take both.
     */
    public static Failure conflictingCopies(String message) {
        return Failure.of(ErrorCode.CONFLICTING_COPIES, message)
                .withHint(
                        "compare the copies with chunk get --server; stop the server of the wrong one, move that chunk's file out of its "
                                + "data directory and start it again: it is copied from the others then. Do not delete the chunk, that deletes both");
    }

    /** The same failure in other words. */
    public Failure withMessage(String newMessage) {
        return new Failure(code, newMessage, hint, culprit, transactionId, available);
    }

    public Failure withHint(String newHint) {
        return new Failure(code, message, newHint, culprit, transactionId, available);
    }

    /** Names the server at fault; one that is already named stays. */
    public Failure at(ServerId server) {
        return culprit != null ? this : new Failure(code, message, hint, server, transactionId, available);
    }

    /** Names the chunk concerned; a message that names it already stays. */
    public Failure about(ChunkId chunk) {
        return message.contains(chunk.toString()) ? this : withMessage("chunk " + chunk + ": " + message);
    }

    public Failure in(TransactionId transaction) {
        return new Failure(code, message, hint, culprit, transaction, available);
    }

    public Optional<ServerId> server() {
        return Optional.ofNullable(culprit);
    }

    public Optional<TransactionId> transaction() {
        return Optional.ofNullable(transactionId);
    }

    public OptionalLong availableBytes() {
        return available == null ? OptionalLong.empty() : OptionalLong.of(available);
    }

    /** The exception of the tree that fits the code. */
    public ChunkServerException toException() {
        return ChunkServerException.of(this, null);
    }

    /** The exception of the tree that fits the code, with its cause. */
    public ChunkServerException toException(Throwable cause) {
        return ChunkServerException.of(this, cause);
    }

    /** The sentence for a person: server first, then what happened, then what to do. */
    public String describe() {
        String where = culprit == null ? "" : "server " + culprit + ": ";
        return where + message + (hint.isEmpty() ? "" : "; " + hint);
    }
}
