package io.chunkserver.transport.netty;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.FrameFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What is to be sent on one connection, in the order in which any threads asked for it.
 *
 * <p>A queue of its own, because a channel writes at once what its event loop asks for and later what other threads asked for
 * before. It also lets frames that come together leave with one flush. Safe for many threads; {@link #drain} is for the
 * event loop alone.
 */
final class Outbox {

    /** Frames that leave together. The stage of the last is that of all: none leaves before those that came before it. */
    private record Outgoing(List<Frame> frames, CompletableFuture<Void> sent) {

        Outgoing {
            frames = List.copyOf(frames);
            if (frames.isEmpty()) {
                throw new IllegalArgumentException("no frame is given to be sent");
            }
        }
    }

    private final Channel channel;
    private final ServerAddress remote;

    /** Encryption is done by the flush, of all that waits for it: without one for each frame nothing would leave before all is encrypted. */
    private final boolean flushesEachFrame;

    private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    Outbox(Channel channel, ServerAddress remote, boolean encrypted) {
        this.channel = channel;
        this.remote = remote;
        this.flushesEachFrame = encrypted;
    }

    CompletionStage<Void> send(List<Frame> frames) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        queue.add(new Outgoing(frames, sent));
        if (scheduled.compareAndSet(false, true)) {
            try {
                channel.eventLoop().execute(this::drain);
            } catch (RejectedExecutionException e) {
                // The transport is closed, its threads are gone: nobody else empties the queue.
                fail();
            }
        }
        return sent;
    }

    /** A stage for a frame that comes too late. */
    CompletionStage<Void> refused() {
        return CompletableFuture.failedStage(unreachable());
    }

    /** Writes what is queued. A channel that is closed fails each write, which fails its stage. */
    void drain() {
        scheduled.set(false);
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            write(next);
        }
        channel.flush();
    }

    private void fail() {
        scheduled.set(false);
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            next.sent().completeExceptionally(unreachable());
        }
    }

    private void write(Outgoing outgoing) {
        ChannelFuture last = channel.newSucceededFuture();
        try {
            for (Frame frame : outgoing.frames()) {
                last = write(frame);
                if (flushesEachFrame) {
                    channel.flush();
                }
            }
        } catch (OutOfMemoryError e) {
            // The bound on memory outside the heap is met, a frame is missing now, and the connection must end.
            // That comes first: it fails what waits to be written, and only then may earlier buffers be given back.
            channel.pipeline().fireExceptionCaught(e);
            outgoing.sent().completeExceptionally(unreachable());
            return;
        }
        last.addListener(done -> {
            if (done.isSuccess()) {
                outgoing.sent().complete(null);
            } else {
                outgoing.sent().completeExceptionally(unreachable());
            }
        });
    }

    private ChannelFuture write(Frame frame) {
        int headBytes = FrameFormat.PREAMBLE_BYTES + frame.header().remaining();
        ByteBuf head = channel.alloc().directBuffer(headBytes, headBytes);
        FrameFormat.encode(frame, head.nioBuffer(0, FrameFormat.PREAMBLE_BYTES));
        head.writerIndex(FrameFormat.PREAMBLE_BYTES).writeBytes(frame.header().duplicate());
        ChannelFuture written = channel.write(head);
        return frame.body().hasRemaining() ? channel.write(Unpooled.wrappedBuffer(frame.body())) : written;
    }

    private Exception unreachable() {
        return Failure.of(ErrorCode.UNREACHABLE, "the connection to " + remote + " is closed")
                .toException();
    }
}
