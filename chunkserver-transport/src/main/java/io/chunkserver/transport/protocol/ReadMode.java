package io.chunkserver.transport.protocol;

import io.chunkserver.core.model.ChunkVersion;

/** Which version of a chunk a read asks for. */
public sealed interface ReadMode {

    /** The version that is committed at the server asked. */
    record Committed() implements ReadMode {}

    /**
     * The version that is committed at the server asked, if it is not older than this one.
     *
     * @param version the oldest version that will do
     */
    record AtLeast(ChunkVersion version) implements ReadMode {}

    /** The newest version that is committed anywhere: a server in doubt asks the coordinator first. */
    record Latest() implements ReadMode {}
}
