package io.chunkserver.transport.netty;

import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What was read from one connection and the receiver has not taken yet: at most the frames of one read.
 *
 * <p>Owned by the connection's event loop; {@link #setReading} and {@link #shut} may be called by any thread and take effect between two
 * frames.
 */
final class Inbox {

    private final Queue<Frame> frames = new ArrayDeque<>();
    private volatile boolean reading = true;
    private volatile boolean shut;

    /**
     * Frames wait for reading to be turned on, and whoever does so is to tell the event loop, which alone changes this. Each side writes its
     * own of the two flags and then reads the other's, so that not both can miss that: both must be volatile.
     */
    private volatile boolean waiting;

    private @Nullable FrameReceiver receiver;
    private boolean delivering;
    private boolean ended;
    private boolean told;
    private @Nullable Throwable cause;

    /** Names the receiver, once; until then frames wait. */
    void attach(FrameReceiver newReceiver) {
        receiver = newReceiver;
        deliver();
    }

    /** Where the decoder puts frames; {@link #deliver} hands them on. */
    Queue<Frame> frames() {
        return frames;
    }

    /** Says whether the event loop is to {@link #resume} and {@link #deliver}. */
    boolean setReading(boolean newReading) {
        reading = newReading;
        return newReading && waiting;
    }

    /** Whether frames wait for somebody to turn reading on, so that no more should be read. */
    boolean isWaiting() {
        return waiting;
    }

    void resume() {
        waiting = false;
    }

    /** The receiver gets no more frames. */
    void shut() {
        shut = true;
    }

    /** Nothing comes after the frames that are here; the first cause that is given counts. */
    void end(@Nullable Throwable why) {
        if (!ended) {
            ended = true;
            cause = why;
        }
        deliver();
    }

    /** Gives the receiver what it may have now, and the end when all was given. */
    void deliver() {
        FrameReceiver to = receiver;
        // A receiver that turns reading on while it receives comes here again.
        if (to == null || delivering) {
            return;
        }
        delivering = true;
        try {
            do {
                while (!shut && reading && !frames.isEmpty()) {
                    to.receive(frames.remove());
                }
            } while (!shut && !frames.isEmpty() && !awaitsReading());
        } finally {
            delivering = false;
        }
        if (shut) {
            drop();
        }
        if (ended && !told && frames.isEmpty()) {
            told = true;
            shut = true;
            to.closed(cause);
        }
    }

    /** Either who turns reading on finds that it is waited for, or it is found here that he has. */
    private boolean awaitsReading() {
        waiting = true;
        if (reading) {
            waiting = false;
        }
        return waiting;
    }

    private void drop() {
        while (!frames.isEmpty()) {
            frames.remove().release().run();
        }
    }
}
