package io.chunkserver.core.commit.log;

import java.io.IOException;

/**
 * Makes durable what the log could still be asked to redo.
 *
 * <p>A chunk is published by renaming its staged file, and the rename is not forced one by one: the log, which
 * knows the outcome, has it redone after a crash. Before the log forgets outcomes or gives up records it therefore
 * calls this.
 */
@FunctionalInterface
public interface PublicationBarrier {

    /**
     * Forces all publications up to now; may wait for the disk. Called by the task that writes the log, without any
     * lock.
     *
     * @throws IOException when that failed: the log goes on, but keeps all that it has, and does not ask again
     */
    void forcePublished() throws IOException;
}
