package io.chunkserver.core.commit;

/** The way of a chunk's bytes from the coordinator to all members of the chain, its own participant included. */
@FunctionalInterface
public interface PreparePath {

    /** Opens the way. Never throws: whoever cannot take part is a no in {@link PrepareStream#votes}. */
    PrepareStream push(PrepareRequest request);
}
