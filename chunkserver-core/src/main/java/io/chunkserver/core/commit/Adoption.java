package io.chunkserver.core.commit;

/** What became of a copy that was offered to a member, when it was not refused. */
public enum Adoption {
    /** It is the published version now. */
    PUBLISHED,
    /** The member had promised this very version: its promise is being committed, and the copy was thrown away. */
    PROMISE_COMMITTED,
    /** This version, or a newer one, was here already: the copy was thrown away. */
    HELD_ALREADY
}
