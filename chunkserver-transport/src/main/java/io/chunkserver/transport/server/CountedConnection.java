package io.chunkserver.transport.server;

import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** A connection that knows how many of its frames the peer has taken, as far as the transport tells. Safe for many threads. */
final class CountedConnection implements Connection {

    private final Connection connection;
    private final EndpointObserver observer;
    private final AtomicLong given = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();

    CountedConnection(Connection connection, EndpointObserver observer) {
        this.connection = connection;
        this.observer = observer;
    }

    /** Frames that left, or never will. */
    long taken() {
        return taken.get();
    }

    boolean hasUnsent() {
        return given.get() > taken.get();
    }

    @Override
    public ServerAddress remote() {
        return connection.remote();
    }

    @Override
    public CompletionStage<Void> send(List<Frame> frames) {
        int count = frames.size();
        given.addAndGet(count);
        for (Frame frame : frames) {
            if (frame.type() == FrameType.DATA) {
                observer.sent(frame.body().remaining());
            }
        }
        return connection.send(frames).whenComplete((sent, thrown) -> taken.addAndGet(count));
    }

    @Override
    public void setReading(boolean reading) {
        connection.setReading(reading);
    }

    @Override
    public void close() {
        connection.close();
    }
}
