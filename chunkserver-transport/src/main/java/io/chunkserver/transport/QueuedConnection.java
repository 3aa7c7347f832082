package io.chunkserver.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A connection for a thread that waits, over one that has threads of its own: those bring frames into a queue. While enough of them wait there,
 * no more are read.
 */
final class QueuedConnection implements BlockingConnection, FrameReceiver {

    /** Frames that may wait: with full ones 1 MiB. */
    static final int MAX_WAITING = 16;

    private final Connection connection;

    @GuardedBy("this")
    private final Queue<Frame> waiting = new ArrayDeque<>();

    /** Whether reading is off because enough frames wait. */
    @GuardedBy("this")
    private boolean held;

    /** Why no more frames come, once none do. */
    @GuardedBy("this")
    private @Nullable Failure ended;

    /** What the last frame's bytes are copied to, unless it is longer than a block. */
    private final byte[] block = new byte[Frame.MAX_BODY_BYTES];

    private QueuedConnection(Connection connection) {
        this.connection = connection;
    }

    /** As {@link Transport#open}. */
    static BlockingConnection open(Transport transport, ServerAddress address, Duration timeout)
            throws ChunkServerException {
        CompletableFuture<QueuedConnection> made = new CompletableFuture<>();
        try {
            return transport
                    .connect(address, timeout, connection -> {
                        QueuedConnection queued = new QueuedConnection(connection);
                        made.complete(queued);
                        return queued;
                    })
                    .thenCompose(connection -> made)
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw ChunkServerException.from(e);
        }
    }

    @Override
    public ServerAddress remote() {
        return connection.remote();
    }

    /** That it was not sent shows by what is, or is not, received. */
    @Override
    public void send(Frame frame) {
        var unused = connection.send(frame);
    }

    @Override
    public Frame receive(Duration timeout) throws ChunkServerException {
        Frame next = take(System.nanoTime() + timeout.toNanos());
        try {
            return copy(next);
        } finally {
            next.release().run();
        }
    }

    private synchronized Frame take(long deadlineNanos) throws ChunkServerException {
        boolean interrupted = false;
        try {
            while (waiting.isEmpty()) {
                if (ended != null) {
                    throw ended.toException();
                }
                long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    throw Failure.of(ErrorCode.TIMEOUT, "nothing came from " + remote() + " in time")
                            .toException();
                }
                try {
                    wait(leftMillis);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        Frame next = waiting.remove();
        if (held && waiting.size() <= MAX_WAITING / 2) {
            held = false;
            // Under the lock: in any other order a late "on" could outrun an "off".
            connection.setReading(true);
        }
        return next;
    }

    /** A frame's buffers would have to be given back by the thread that waits, also when another has closed the connection. */
    private Frame copy(Frame frame) {
        int headerBytes = frame.header().remaining();
        int bodyBytes = frame.body().remaining();
        byte[] bytes = headerBytes + bodyBytes <= block.length ? block : new byte[headerBytes + bodyBytes];
        frame.header().duplicate().get(bytes, 0, headerBytes);
        frame.body().duplicate().get(bytes, headerBytes, bodyBytes);
        return new Frame(
                frame.type(),
                frame.requestId(),
                ByteBuffer.wrap(bytes, 0, headerBytes),
                ByteBuffer.wrap(bytes, headerBytes, bodyBytes),
                frame.bodyCrc32c(),
                () -> {});
    }

    @Override
    public void receive(Frame frame) {
        if (!add(frame)) {
            frame.release().run();
        }
    }

    private synchronized boolean add(Frame frame) {
        if (ended != null) {
            return false;
        }
        waiting.add(frame);
        notifyAll();
        if (!held && waiting.size() >= MAX_WAITING) {
            held = true;
            connection.setReading(false);
        }
        return true;
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        end(cause == null ? closedFailure() : ChunkServerException.from(cause).failure());
    }

    private Failure closedFailure() {
        return Failure.of(ErrorCode.UNREACHABLE, "connection with " + remote() + ": the connection was closed");
    }

    private synchronized void end(Failure why) {
        if (ended == null) {
            ended = why;
        }
        notifyAll();
    }

    @Override
    public void close() {
        end(closedFailure());
        connection.close();
        drain().forEach(frame -> frame.release().run());
    }

    private synchronized List<Frame> drain() {
        List<Frame> unread = List.copyOf(waiting);
        waiting.clear();
        return unread;
    }
}
