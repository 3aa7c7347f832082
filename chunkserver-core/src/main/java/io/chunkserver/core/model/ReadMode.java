package io.chunkserver.core.model;

/** Which version of a chunk a read wants. */
public sealed interface ReadMode {

    /** The version that is committed at the server asked; another member may be ahead for a moment. */
    ReadMode COMMITTED = new Committed();

    /** The newest version of the whole chain. */
    ReadMode LATEST = new Latest();

    static ReadMode atLeast(ChunkVersion version) {
        return new AtLeast(version);
    }

    /** See {@link #COMMITTED}. */
    record Committed() implements ReadMode {}

    /**
     * The version that is committed at the server asked, refused when it is older than this one.
     *
     * @param version the oldest version that will do
     */
    record AtLeast(ChunkVersion version) implements ReadMode {}

    /**
     * The newest version of the whole chain: a server with a promise whose outcome it does not know asks the coordinator first
     * (Terrace and Freedman, CRAQ, ATC 2009).
     */
    record Latest() implements ReadMode {}
}
