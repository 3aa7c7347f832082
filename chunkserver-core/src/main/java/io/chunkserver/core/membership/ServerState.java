package io.chunkserver.core.membership;

/** Whether a server takes new chunks. It serves reads in all of these. */
public enum ServerState {
    /** It takes new chunks. */
    READY,
    /** It is going down, or is being emptied. */
    DRAINING,
    /** Its space is used up, or its disk has failed. */
    READ_ONLY
}
