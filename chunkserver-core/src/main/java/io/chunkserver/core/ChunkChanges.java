package io.chunkserver.core;

import io.chunkserver.core.model.ChunkId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Passes on which chunks were published or removed, from the store, which is opened first, to those who come later. Thread-safe. */
final class ChunkChanges implements Consumer<ChunkId> {

    private final List<Consumer<ChunkId>> listeners = new CopyOnWriteArrayList<>();

    void listen(Consumer<ChunkId> listener) {
        listeners.add(listener);
    }

    @Override
    public void accept(ChunkId chunk) {
        listeners.forEach(listener -> listener.accept(chunk));
    }
}
