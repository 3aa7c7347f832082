package io.chunkserver.transport.server;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.ServerAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A connection that keeps what it is given until its test lets it go. Safe for many threads. */
final class HeldConnection implements Connection {

    private final List<List<Frame>> sends = new ArrayList<>();
    private final Queue<CompletableFuture<Void>> unsent = new ArrayDeque<>();
    private volatile boolean reading = true;
    private volatile boolean closed;

    @Override
    public ServerAddress remote() {
        return new ServerAddress("client", 1);
    }

    @Override
    public synchronized CompletionStage<Void> send(List<Frame> together) {
        sends.add(List.copyOf(together));
        CompletableFuture<Void> sent = new CompletableFuture<>();
        unsent.add(sent);
        return sent;
    }

    @Override
    public void setReading(boolean newReading) {
        reading = newReading;
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (CompletableFuture<Void> next = unsent.poll(); next != null; next = unsent.poll()) {
            next.completeExceptionally(Failure.of(ErrorCode.UNREACHABLE, "the connection is closed")
                    .toException());
        }
    }

    /** Lets the oldest frames go that were sent together. */
    synchronized void letGo() {
        unsent.remove().complete(null);
    }

    /** All frames that it was ever given. */
    synchronized List<Frame> frames() {
        return sends.stream().flatMap(List::stream).toList();
    }

    /** The same, those that were sent together in a list of their own. */
    synchronized List<List<Frame>> sends() {
        return List.copyOf(sends);
    }

    boolean isClosed() {
        return closed;
    }

    boolean isReading() {
        return reading;
    }
}
