package io.chunkserver.core.scrub;

import io.chunkserver.core.store.StrayFile;

/** Takes files that the index does not know; they are told again in the next cycle unless they are gone. Must not wait. */
public interface StraySink {

    void found(StrayFile stray);
}
