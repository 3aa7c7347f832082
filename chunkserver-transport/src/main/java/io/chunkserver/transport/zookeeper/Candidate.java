package io.chunkserver.transport.zookeeper;

/** A master that leads while it is elected. Both methods are called from any thread and must not wait. */
public interface Candidate {

    /**
     * It was elected.
     *
     * @param epoch above 0, and greater than that of each leader before it
     */
    void lead(long epoch);

    /** Another one is elected, or nobody knows who is. Called again and again. */
    void standBy();
}
