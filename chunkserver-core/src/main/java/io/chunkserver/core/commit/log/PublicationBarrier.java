package io.chunkserver.core.commit.log;

import java.io.IOException;

/**
 * Makes durable what the log could still be asked to redo.
 *
 * <p>A chunk is published by renaming its staged file, and the rename is not forced one by one: the log, which
 * knows the outcome, has it redone after a crash. Before the log gives records up it therefore calls this.
 */
@FunctionalInterface
public interface PublicationBarrier {

    /**
     * Forces all publications up to now; may wait for the disk. Called by one thread at a time, without any lock.
     *
     * @throws IOException when that failed: the log then keeps its old segments and goes on. A disk whose force
     *     failed must go on failing here, because the log asks again later
     */
    void forcePublished() throws IOException;
}
