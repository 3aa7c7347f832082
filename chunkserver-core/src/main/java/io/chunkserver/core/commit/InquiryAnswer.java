package io.chunkserver.core.commit;

/** What a server knows of an attempt. */
public enum InquiryAnswer {
    /** It is committed. */
    COMMIT,
    /** It is aborted, or presumed so by the coordinator whose log would hold the decision. */
    ABORT,
    /** The coordinator has not decided yet: ask again. */
    PENDING,
    /** The server asked cannot tell: ask another, or again. */
    DONT_KNOW
}
