package io.chunkserver.transport.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.testkit.CallTrace;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Copies what it receives and releases it at once, unless told to hold frames; notes whether the transport breaks its promises to
 * receivers: one call at a time, nothing after the end, one end.
 */
public final class RecordingReceiver implements FrameReceiver {

    /** How long anything may take before a test fails. */
    public static final long PATIENCE_SECONDS = 20;

    /** A frame's copy. */
    public record Received(FrameType type, int requestId, ByteBuffer header, ByteBuffer body, int bodyCrc32c) {

        /** The copy of a frame whose buffers are still valid. */
        public static Received of(Frame frame) {
            return new Received(
                    frame.type(), frame.requestId(), copy(frame.header()), copy(frame.body()), frame.bodyCrc32c());
        }
    }

    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Frame> held = new LinkedBlockingQueue<>();
    private final CompletableFuture<Optional<Throwable>> closed = new CompletableFuture<>();
    private final AtomicInteger callers = new AtomicInteger();
    private final AtomicReference<@Nullable String> brokenPromise = new AtomicReference<>();
    private final String name;
    private final CallTrace trace;
    private volatile boolean holding;

    /** One whose trace nobody reads. */
    public RecordingReceiver() {
        this("a receiver", new CallTrace());
    }

    /**
     * @param name  what it is called in the trace
     * @param trace where it writes down what it receives
     */
    public RecordingReceiver(String name, CallTrace trace) {
        this.name = name;
        this.trace = trace;
    }

    /** From now on frames are kept, for {@link #takeHeld}. */
    public void hold() {
        holding = true;
    }

    @Override
    public void receive(Frame frame) {
        enter(closed.isDone() ? "a frame came after the end" : null);
        trace.note(name + " receives " + frame.type() + " " + frame.requestId() + " with "
                + frame.body().remaining() + " bytes");
        received.add(Received.of(frame));
        if (holding) {
            held.add(frame);
        } else {
            frame.release().run();
        }
        callers.decrementAndGet();
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        trace.note(name + " learns of the end" + (cause == null ? "" : ": " + cause));
        enter(closed.complete(Optional.ofNullable(cause)) ? null : "the end came twice");
        callers.decrementAndGet();
    }

    private void enter(@Nullable String broken) {
        if (callers.incrementAndGet() != 1) {
            brokenPromise.compareAndSet(null, "two threads called at the same time");
        }
        if (broken != null) {
            brokenPromise.compareAndSet(null, broken);
        }
    }

    /** The next frame that came. */
    public Received take() throws InterruptedException {
        Received next = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("the next frame").isNotNull();
        return next;
    }

    /** The next frames that came. */
    public List<Received> take(int count) throws InterruptedException {
        List<Received> taken = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            taken.add(take());
        }
        return taken;
    }

    /** The next frame that was kept; the caller releases it. */
    public Frame takeHeld() throws InterruptedException {
        Frame next = held.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("the next held frame").isNotNull();
        return next;
    }

    /** How many frames came and were not taken. */
    public int waiting() {
        return received.size();
    }

    /** Waits for the end; what came before it may not all be taken. */
    public Optional<Throwable> awaitClosed() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    public boolean isClosed() {
        return closed.isDone();
    }

    /** Fails when the transport broke a promise. */
    public void check() {
        assertThat(brokenPromise.get()).as("broken promise").isNull();
    }

    private static ByteBuffer copy(ByteBuffer buffer) {
        return ByteBuffer.allocate(buffer.remaining()).put(buffer.duplicate()).flip();
    }
}
