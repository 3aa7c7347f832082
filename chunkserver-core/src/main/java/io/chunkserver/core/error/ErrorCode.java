package io.chunkserver.core.error;

import java.util.Locale;

/**
 * One code per failure. The constant's name in lower case is the word on the wire, in metrics and in JSON.
 *
 * <p>Codes are only ever added: a client may meet a code that it does not know and then reads it as
 * {@link #INTERNAL}.
 */
public enum ErrorCode {
    /** A defect of this software. */
    INTERNAL(1, false),
    /** The request itself is wrong: a malformed id, an index below 0, the same server twice. */
    INVALID_ARGUMENT(2, false),
    /** The chunk's bytes exceed the server's chunk size limit. */
    CHUNK_TOO_LARGE(2, false),
    /** A read reaches past the end of the chunk. */
    RANGE_NOT_SATISFIABLE(2, false),
    /** A configuration file, variable or flag is wrong. */
    BAD_CONFIGURATION(3, false),
    /** The data directory belongs to another server. */
    WRONG_SERVER(3, false),
    /** A living server of this name is known to the master already; the failure names both addresses. */
    DUPLICATE_SERVER(3, true),
    /** A file was written by a newer version of this software. */
    FORMAT_TOO_NEW(3, false),
    /** A file was written by a version of this software that is no longer read. */
    FORMAT_TOO_OLD(3, false),
    /** The chunk is not there: never stored, or deleted. */
    CHUNK_NOT_FOUND(4, false),
    /** Nothing is known of the transaction. */
    TRANSACTION_NOT_FOUND(4, false),
    /** The master does not know this run of the server; it has to register first. */
    NOT_REGISTERED(4, true),
    /** A server could not be reached, or its connection broke. */
    UNREACHABLE(5, true),
    /** Fewer servers are alive and take chunks than the copies that are wanted. */
    TOO_FEW_SERVERS(5, true),
    /** The master was started or elected a moment ago and does not know yet which servers may have the chunk. */
    MASTER_STARTING(5, true),
    /** A server does not speak this protocol, or broke it. */
    PROTOCOL_ERROR(5, false),
    /** A member has not enough space; the failure carries its available bytes. */
    INSUFFICIENT_SPACE(6, false),
    /** Stored bytes, a footer or a log do not match their checksum or their name. */
    CORRUPT(7, false),
    /** Bytes did not match their checksum when they arrived; sending them again may help. */
    CHECKSUM_MISMATCH(7, true),
    /** The committed version is not the one on which the request was based. */
    VERSION_CONFLICT(8, false),
    /** Another transaction is open on the chunk, and the failure names it; or the chunk is being moved to another data directory. */
    BUSY(8, true),
    /** The chunk has its copies on other servers; the failure names them. */
    NOT_A_MEMBER(8, false),
    /** One version of the chunk exists under two transactions; an operator has to choose. */
    CONFLICTING_COPIES(8, false),
    /** The request comes from an older epoch than the chunk, or its servers were named by a master that was replaced since. */
    STALE_EPOCH(8, false),
    /** The transaction id is older than the memory of outcomes reaches; it may have been applied already. */
    EXPIRED(8, false),
    /** The transaction was already committed. */
    ALREADY_COMMITTED(8, false),
    /** The transaction was settled, and not in the way that an operator asked for. */
    SETTLED_OTHERWISE(8, false),
    /** The transaction may or may not have been committed; ask for its status, or retry with the same id. */
    OUTCOME_UNKNOWN(8, true),
    /** No progress, or no answer, within the time allowed; nothing was committed. */
    TIMEOUT(9, true),
    /** Committed, but fewer members than asked have applied it yet. */
    PARTLY_REPLICATED(10, false),
    /** Another process uses the data directory. */
    DIRECTORY_LOCKED(11, false),
    /** The server takes no new chunks at present. */
    READ_ONLY(12, false),
    /** The server is going down and takes no new work. */
    DRAINING(12, true),
    /** The server's disk failed. After a write or force that failed it takes no more writes until it is opened again. */
    DISK_FAILED(12, false),
    /** Another master leads, or none does at present; the one that leads has the answer. */
    NOT_LEADING(12, true),
    /** A limit on concurrent work, or on open files, is reached; try again later. */
    OVERLOADED(12, true),
    /** The caller itself gave up. */
    CANCELLED(9, false),
    /** Authentication or policy refused the caller. */
    REFUSED(13, false);

    private final int exitCode;
    private final boolean retryable;

    ErrorCode(int exitCode, boolean retryable) {
        this.exitCode = exitCode;
        this.retryable = retryable;
    }

    /** The exit code of a command that ends with this failure. */
    public int exitCode() {
        return exitCode;
    }

    /** True when the same request, unchanged, may succeed a moment later. */
    public boolean retryable() {
        return retryable;
    }

    /** The word on the wire, in metrics and in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads {@link #word()}; a word of a newer version reads as {@link #INTERNAL}. */
    public static ErrorCode parse(String word) {
        for (ErrorCode code : values()) {
            if (code.word().equals(word)) {
                return code;
            }
        }
        return INTERNAL;
    }
}
