package io.chunkserver.core.store;

import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;

/** Hears what happens in a store, on the thread that makes it happen. Must not wait. */
public interface StoreListener {

    /** Nobody listens. */
    StoreListener NOBODY = new StoreListener() {
        @Override
        public void changed(ChunkId chunk) {
            // Nobody wants to know.
        }

        @Override
        public void damaged(ChunkInfo version, Failure why) {
            // Nobody does anything about it.
        }

        @Override
        public void unreadable(ChunkInfo version) {
            // Nobody tries again.
        }
    };

    /** A chunk was published, removed or taken out of service, or found when its folder was looked into; told right after that. */
    void changed(ChunkId chunk);

    /**
     * Whoever read the published version has met damage. It may be told more than once, and another version may be published by now. A disk
     * that fails is never told as damage, but for a copy that {@link FileChunkStore#giveUpReading} names.
     *
     * @param why what the reader is told
     */
    void damaged(ChunkInfo version, Failure why);

    /**
     * Whoever read the published version was told an error of the device, which alone is no proof of damage. Told with each such read, and
     * another version may be published by now.
     */
    void unreadable(ChunkInfo version);
}
