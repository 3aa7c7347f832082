package io.chunkserver.transport.zookeeper;

import java.util.function.BooleanSupplier;

/** A master that leads while it is elected. Both methods are called from any thread and must not wait. */
public interface Candidate {

    /**
     * It was elected.
     *
     * @param epoch     above 0, and greater than that of each leader before it
     * @param confirmed false while another may have been elected meanwhile, as after this process was stopped for a while; answers at
     *                  once
     */
    void lead(long epoch, BooleanSupplier confirmed);

    /** Another one is elected, or nobody knows who is. Called again and again. */
    void standBy();
}
