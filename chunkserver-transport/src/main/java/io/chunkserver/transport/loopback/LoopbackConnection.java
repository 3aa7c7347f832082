package io.chunkserver.transport.loopback;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.ServerAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One end of a {@link LoopbackLink}: the queue of frames on their way to it, and its receiver.
 *
 * <p>At most one task of an end is with the executor at a time, which makes the receiver's calls one after the other. No lock is held
 * while a receiver, a stage or the executor is called, and none while another is taken.
 */
final class LoopbackConnection implements Connection {

    private final LoopbackNetwork network;
    private final LoopbackLink link;
    private final ServerAddress remote;
    private volatile @Nullable LoopbackConnection peer;

    @GuardedBy("this")
    private final Queue<Parcel> inbox = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable FrameReceiver receiver;

    @GuardedBy("this")
    private boolean reading = true;

    /** A task is with the executor or runs. */
    @GuardedBy("this")
    private boolean scheduled;

    /** Nothing more comes than what is in the inbox. */
    @GuardedBy("this")
    private boolean ended;

    /** Nothing more is received, and nothing sent. */
    @GuardedBy("this")
    private boolean closed;

    /** The receiver was told of the end. */
    @GuardedBy("this")
    private boolean told;

    @GuardedBy("this")
    private @Nullable ChunkServerException cause;

    LoopbackConnection(LoopbackNetwork network, LoopbackLink link, ServerAddress remote) {
        this.network = network;
        this.link = link;
        this.remote = remote;
    }

    /** Names the other end, once, before anybody sends. */
    void join(LoopbackConnection otherEnd) {
        peer = otherEnd;
    }

    /** Names the receiver, once; what has come until now is delivered. */
    void attach(FrameReceiver newReceiver) {
        synchronized (this) {
            receiver = newReceiver;
        }
        schedule();
    }

    @Override
    public ServerAddress remote() {
        return remote;
    }

    @Override
    public CompletionStage<Void> send(List<Frame> frames) {
        return CompletableFuture.allOf(frames.stream().map(this::post).toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Void> post(Frame frame) {
        Parcel parcel = new Parcel(frame);
        LoopbackConnection to = otherEnd();
        if (canSend() && to.put(parcel)) {
            to.schedule();
        } else {
            parcel.lose(remote);
        }
        return parcel.released();
    }

    @Override
    public void setReading(boolean newReading) {
        synchronized (this) {
            reading = newReading;
        }
        schedule();
    }

    @Override
    public void close() {
        shut(null);
        otherEnd().end();
    }

    /** Closes this end at once; what was on its way to it is lost. */
    void breakOff(Failure why) {
        shut(why);
    }

    private void shut(@Nullable Failure why) {
        List<Parcel> lost;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            cause = why == null ? null : why.toException();
            lost = new ArrayList<>(inbox);
            inbox.clear();
        }
        ServerAddress sendersRemote = otherEnd().remote();
        lost.forEach(parcel -> parcel.lose(sendersRemote));
        schedule();
    }

    /**
     * The other end was closed: this one follows when it has received what was sent before. Perhaps it never reads again, so that the
     * other end gets its buffers back now, and this one keeps copies.
     */
    private void end() {
        List<Parcel> lent;
        synchronized (this) {
            ended = true;
            lent = new ArrayList<>(inbox);
            inbox.clear();
            lent.forEach(parcel -> inbox.add(parcel.copy()));
        }
        lent.forEach(Parcel::release);
        schedule();
    }

    private synchronized boolean canSend() {
        return !closed && !ended;
    }

    private synchronized boolean put(Parcel parcel) {
        if (closed || ended) {
            return false;
        }
        return inbox.add(parcel);
    }

    private void schedule() {
        synchronized (this) {
            if (scheduled || !hasWork()) {
                return;
            }
            scheduled = true;
        }
        network.execute(this::step);
    }

    @GuardedBy("this")
    private boolean hasWork() {
        return receiver != null && !told && (closed || (inbox.isEmpty() ? ended : reading));
    }

    /** Delivers one frame, or the end. */
    private void step() {
        Parcel parcel;
        FrameReceiver to;
        ChunkServerException why;
        synchronized (this) {
            to = receiver;
            if (to == null || !hasWork()) {
                scheduled = false;
                return;
            }
            parcel = inbox.poll();
            why = cause;
            if (parcel == null) {
                closed = true;
                told = true;
            }
        }
        if (parcel == null) {
            to.closed(why);
            link.ended();
        } else {
            deliver(parcel, to);
        }
        synchronized (this) {
            scheduled = false;
        }
        schedule();
    }

    private void deliver(Parcel parcel, FrameReceiver to) {
        try {
            to.receive(parcel.frame());
        } catch (RuntimeException e) {
            // A receiver that throws has lost its place in the conversation.
            link.breakOff(ChunkServerException.from(e).failure());
        }
    }

    private LoopbackConnection otherEnd() {
        LoopbackConnection other = peer;
        if (other == null) {
            throw new IllegalStateException("the connection to " + remote + " has no other end yet");
        }
        return other;
    }

    /** A frame on its way; it lends the sender's buffers to the receiver. */
    private static final class Parcel {

        private final CompletableFuture<Void> released = new CompletableFuture<>();
        private final Frame frame;

        Parcel(Frame sent) {
            frame = new Frame(
                    sent.type(),
                    sent.requestId(),
                    sent.header().duplicate(),
                    sent.body().duplicate(),
                    sent.bodyCrc32c(),
                    this::release);
        }

        /** The same frame in memory of its own. */
        Parcel copy() {
            return new Parcel(new Frame(
                    frame.type(),
                    frame.requestId(),
                    copy(frame.header()),
                    copy(frame.body()),
                    frame.bodyCrc32c(),
                    () -> {}));
        }

        private static ByteBuffer copy(ByteBuffer bytes) {
            return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
        }

        Frame frame() {
            return frame;
        }

        CompletableFuture<Void> released() {
            return released;
        }

        void lose(ServerAddress remote) {
            released.completeExceptionally(
                    Failure.of(ErrorCode.UNREACHABLE, "the connection to " + remote + " is closed")
                            .toException());
        }

        private void release() {
            if (!released.complete(null)) {
                throw new IllegalStateException("a frame was released twice");
            }
        }
    }
}
