package io.chunkserver.core;

import io.chunkserver.core.store.FileChunkStore;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/** A chunk store that is opened while its server goes on with what does not need it. Safe for many threads. */
final class OpeningStore implements Closeable {

    private final CompletableFuture<FileChunkStore> store = new CompletableFuture<>();

    /** Opens the store. */
    interface Opening {
        FileChunkStore open() throws IOException;
    }

    private OpeningStore() {}

    /**
     * Begins.
     *
     * @param executor opens the store; one that runs it at once is fine
     */
    static OpeningStore begin(Opening opening, Executor executor) throws IOException {
        OpeningStore begun = new OpeningStore();
        executor.execute(() -> {
            try {
                begun.store.complete(opening.open());
            } catch (IOException | RuntimeException | Error e) {
                begun.store.completeExceptionally(e);
            }
        });
        if (begun.store.isCompletedExceptionally()) {
            begun.await();
        }
        return begun;
    }

    /** Waits for the store. Fails as its opening did. */
    FileChunkStore await() throws IOException {
        try {
            return store.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Waits for the store, and closes it if it was opened. */
    @Override
    public void close() throws IOException {
        FileChunkStore opened = store.exceptionally(failure -> null).join();
        if (opened != null) {
            opened.close();
        }
    }
}
