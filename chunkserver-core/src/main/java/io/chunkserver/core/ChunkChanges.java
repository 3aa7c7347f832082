package io.chunkserver.core;

import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.store.StoreListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Passes on what happens in the store, which is opened first, to those who come later. Thread-safe. */
final class ChunkChanges implements StoreListener {

    private final List<Consumer<ChunkId>> listeners = new CopyOnWriteArrayList<>();
    private final List<BiConsumer<ChunkInfo, Failure>> finders = new CopyOnWriteArrayList<>();

    private final List<Consumer<ChunkInfo>> triers = new CopyOnWriteArrayList<>();

    void listen(Consumer<ChunkId> listener) {
        listeners.add(listener);
    }

    void listenToDamage(BiConsumer<ChunkInfo, Failure> finder) {
        finders.add(finder);
    }

    @Override
    public void damaged(ChunkInfo version, Failure why) {
        finders.forEach(finder -> finder.accept(version, why));
    }

    void listenToUnreadable(Consumer<ChunkInfo> trier) {
        triers.add(trier);
    }

    @Override
    public void unreadable(ChunkInfo version) {
        triers.forEach(trier -> trier.accept(version));
    }

    @Override
    public void changed(ChunkId chunk) {
        listeners.forEach(listener -> listener.accept(chunk));
    }
}
