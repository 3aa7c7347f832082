package io.chunkserver.core.commit;

/** Where a transaction stands at one server. */
public enum TransactionState {
    /** Bytes are coming in; the server has promised nothing. */
    PREPARING,
    /** The server has promised to commit and does not know the decision. */
    PREPARED,
    /** The commit is decided; not all members have confirmed it. */
    COMMITTING,
    /** Committed, and remembered. */
    COMMITTED,
    /** Aborted, or never heard of: the same to two-phase commit with presumed abort. */
    ABORTED,
    /** So old that the outcome may have been forgotten. */
    EXPIRED
}
