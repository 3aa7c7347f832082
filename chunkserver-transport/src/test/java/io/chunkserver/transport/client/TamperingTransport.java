package io.chunkserver.transport.client;

import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.testkit.RecordingReceiver.Received;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Carries what the connections that it opens send as it is, and what they receive as a tamper sees fit. */
final class TamperingTransport implements Transport {

    /** Turns one frame that a server sent into those that the client gets; called for all connections, one frame at a time. */
    interface Tamper {

        /** Nothing is changed. */
        Tamper NONE = List::of;

        List<Frame> received(Frame frame);
    }

    private final Transport carrier;
    private volatile Tamper tamper = Tamper.NONE;

    TamperingTransport(Transport carrier) {
        this.carrier = carrier;
    }

    /** Changes frames by this from now on. */
    void tamper(Tamper newTamper) {
        tamper = newTamper;
    }

    /** A copy of a frame in memory of its own, with one bit of its body turned round. */
    static Frame withFlippedBit(Frame frame, long bit) {
        ByteBuffer body = copyOfBody(frame);
        int at = (int) (bit / Byte.SIZE);
        body.put(at, (byte) (body.get(at) ^ (1 << (bit % Byte.SIZE))));
        return instead(frame, body, frame.bodyCrc32c());
    }

    /** A copy of a frame with another body; what was received is released. */
    static Frame instead(Frame frame, ByteBuffer body, int bodyCrc32c) {
        Received copy = Received.of(frame);
        frame.release().run();
        return new Frame(frame.type(), frame.requestId(), copy.header(), body, bodyCrc32c, () -> {});
    }

    static ByteBuffer copyOfBody(Frame frame) {
        return Received.of(frame).body();
    }

    /** Swallows a frame. */
    static List<Frame> dropped(Frame frame) {
        frame.release().run();
        return List.of();
    }

    /** Does something to blocks and leaves everything else. */
    static Tamper blocks(Tamper tamper) {
        return frame -> frame.type() == FrameType.DATA ? tamper.received(frame) : List.of(frame);
    }

    @Override
    public String name() {
        return carrier.name();
    }

    @Override
    public CompletionStage<Listener> listen(ServerAddress address, Function<Connection, FrameReceiver> receiver) {
        return carrier.listen(address, receiver);
    }

    @Override
    public CompletionStage<Connection> connect(
            ServerAddress address, Duration timeout, Function<Connection, FrameReceiver> receiver) {
        return carrier.connect(address, timeout, connection -> new TamperedReceiver(receiver.apply(connection)));
    }

    @Override
    public void close() {
        carrier.close();
    }

    private final class TamperedReceiver implements FrameReceiver {

        private final FrameReceiver receiver;

        TamperedReceiver(FrameReceiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public void receive(Frame frame) {
            tamper.received(frame).forEach(receiver::receive);
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            receiver.closed(cause);
        }
    }
}
