package io.chunkserver.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What waits for reading to be turned on; the test's thread is the event loop. */
class InboxTest {

    private static final int ROUNDS = 200_000;

    private final Inbox inbox = new Inbox();
    private final List<Integer> received = new ArrayList<>();

    @BeforeEach
    void attach() {
        inbox.attach(new FrameReceiver() {
            @Override
            public void receive(Frame frame) {
                received.add(frame.requestId());
            }

            @Override
            public void closed(Throwable cause) {
                received.add(-1);
            }
        });
    }

    @Test
    void offIsNoNewsToTheEventLoopBeforeSomethingComes() {
        inbox.setReading(false);
        assertThat(inbox.isWaiting()).isFalse();
        assertThat(inbox.setReading(true)).as("the event loop has to be told").isFalse();
        come(1);
        assertThat(received).containsExactly(1);
    }

    @Test
    void whatComesWhileReadingIsOffWaitsAndSoDoesTheEnd() {
        inbox.setReading(false);
        come(1);
        inbox.end(null);
        assertThat(inbox.isWaiting()).isTrue();
        assertThat(received).isEmpty();
        assertThat(inbox.setReading(true)).as("the event loop has to be told").isTrue();
        inbox.resume();
        inbox.deliver();
        assertThat(received).containsExactly(1, -1);
    }

    /** Each round has another thread turn reading on in the moment in which the event loop finds it off. */
    @Test
    void noFrameIsLeftByOneWhoTurnsReadingOnWhileItComes() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger toTell = new AtomicInteger();
        try {
            Future<?> turning = other.submit(() -> {
                for (int round = 1; round <= ROUNDS; round++) {
                    while (begun.get() < round) {
                        Thread.onSpinWait();
                    }
                    toTell.set(inbox.setReading(true) ? round : -round);
                }
            });
            for (int round = 1; round <= ROUNDS; round++) {
                inbox.setReading(false);
                begun.set(round);
                come(round);
                while (Math.abs(toTell.get()) < round) {
                    Thread.onSpinWait();
                }
                if (toTell.get() == round) {
                    inbox.resume();
                    inbox.deliver();
                }
                assertThat(received.size())
                        .as("frames that were received after round %s", round)
                        .isEqualTo(round);
            }
            turning.get();
        } finally {
            other.shutdownNow();
        }
    }

    private void come(int requestId) {
        inbox.frames().add(Frame.of(FrameType.CANCEL, requestId, ByteBuffer.allocate(0)));
        inbox.deliver();
    }
}
