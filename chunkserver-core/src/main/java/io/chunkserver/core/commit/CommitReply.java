package io.chunkserver.core.commit;

/** A participant's answer to a commit. */
public enum CommitReply {
    /** The commit is in the participant's log and the version is visible there. */
    APPLIED,
    /** The participant knows nothing of the attempt: its log or disk was lost after it voted. It must be healed. */
    NOT_PREPARED
}
