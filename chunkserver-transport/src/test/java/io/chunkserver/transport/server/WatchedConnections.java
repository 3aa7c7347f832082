package io.chunkserver.transport.server;

import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Watches the connections that servers accept: how many are open, and how much of what was sent is still in memory. Safe for many threads. */
final class WatchedConnections {

    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong unsentBytes = new AtomicLong();
    private final AtomicLong mostUnsentBytesOfOne = new AtomicLong();
    private final AtomicLong mostUnsentFramesOfOne = new AtomicLong();

    int open() {
        return open.size();
    }

    /** Bodies that were given to connections and not yet taken. */
    long unsentBytes() {
        return unsentBytes.get();
    }

    /** The most that one connection ever held. */
    long mostUnsentBytesOfOne() {
        return mostUnsentBytesOfOne.get();
    }

    /** The same, of frames of any type. */
    long mostUnsentFramesOfOne() {
        return mostUnsentFramesOfOne.get();
    }

    /** The same transport, watched from now on. */
    Transport watching(Transport carrier) {
        return new Transport() {
            @Override
            public String name() {
                return carrier.name();
            }

            @Override
            public CompletionStage<Listener> listen(
                    ServerAddress address, Function<Connection, FrameReceiver> receiver) {
                return carrier.listen(address, accepted -> {
                    Connection watched = new Watched(accepted);
                    open.add(watched);
                    return new WatchedReceiver(receiver.apply(watched), watched);
                });
            }

            @Override
            public CompletionStage<Connection> connect(
                    ServerAddress address, Duration timeout, Function<Connection, FrameReceiver> receiver) {
                return carrier.connect(address, timeout, receiver);
            }

            @Override
            public void close() {
                carrier.close();
            }
        };
    }

    private final class Watched implements Connection {

        private final Connection connection;
        private final AtomicLong unsent = new AtomicLong();
        private final AtomicLong unsentFrames = new AtomicLong();

        Watched(Connection connection) {
            this.connection = connection;
        }

        @Override
        public ServerAddress remote() {
            return connection.remote();
        }

        @Override
        public CompletionStage<Void> send(List<Frame> frames) {
            long bytes =
                    frames.stream().mapToLong(frame -> frame.body().remaining()).sum();
            unsentBytes.addAndGet(bytes);
            mostUnsentBytesOfOne.accumulateAndGet(unsent.addAndGet(bytes), Math::max);
            mostUnsentFramesOfOne.accumulateAndGet(unsentFrames.addAndGet(frames.size()), Math::max);
            return connection.send(frames).whenComplete((sent, thrown) -> {
                unsentFrames.addAndGet(-frames.size());
                unsentBytes.addAndGet(-bytes);
                unsent.addAndGet(-bytes);
            });
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

    private final class WatchedReceiver implements FrameReceiver {

        private final FrameReceiver receiver;
        private final Connection watched;

        WatchedReceiver(FrameReceiver receiver, Connection watched) {
            this.receiver = receiver;
            this.watched = watched;
        }

        @Override
        public void receive(Frame frame) {
            receiver.receive(frame);
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            open.remove(watched);
            receiver.closed(cause);
        }
    }
}
