package io.chunkserver.transport.client;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.BlockingConnection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.ClientHello;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Software;
import java.time.Duration;

/**
 * A server to which one thread at a time talks and for which it waits: greets, then carries one exchange at a time. What goes wrong names the
 * server.
 */
final class BlockingPeer {

    private final BlockingConnection connection;
    private final ServerAddress address;
    private int requestId;
    private boolean underWay;
    private boolean reused;

    BlockingPeer(BlockingConnection connection, ServerAddress address) {
        this.connection = connection;
        this.address = address;
    }

    ServerAddress address() {
        return address;
    }

    /** Whether it was idle before: then it may have died unnoticed. */
    boolean isReused() {
        return reused;
    }

    void markReused() {
        reused = true;
    }

    /** Whether an exchange has begun and not come to its end, so that nothing else can be asked. */
    boolean isUnderWay() {
        return underWay;
    }

    /** Says who is calling and waits for the answer. */
    void greet(PeerRole role, Duration timeout) throws ChunkServerException {
        Frame answer;
        try {
            connection.send(Messages.hello(ClientHello.of(role, Software.NAME)));
            answer = connection.receive(timeout);
        } catch (ChunkServerException e) {
            throw e.code() == ErrorCode.UNREACHABLE ? NoAnswer.closed().toException(e) : e;
        }
        if (answer.type() == FrameType.ERROR) {
            throw Messages.error(answer).toException();
        }
        var unused = Messages.serverHello(answer);
    }

    /** Begins an exchange. */
    void begin(Request request) throws ChunkServerException {
        if (underWay) {
            throw new IllegalStateException("an exchange with " + address + " is not over");
        }
        requestId++;
        underWay = true;
        try {
            connection.send(Messages.request(requestId, request));
        } catch (ChunkServerException e) {
            throw named(e);
        }
    }

    /**
     * What comes next in the exchange; waits for it. What is left of an earlier one, sent before the server could know, is skipped.
     *
     * @return not {@code Failed}; a block is valid until the next call
     * @throws ChunkServerException what the server said, or {@code TIMEOUT} of no server when nothing came in time
     */
    Arrival next(Duration timeout) throws ChunkServerException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        try {
            while (true) {
                Frame frame = connection.receive(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
                if (Integer.compareUnsigned(frame.requestId(), requestId) > 0) {
                    throw broken(
                            "answered request " + Integer.toUnsignedString(frame.requestId()) + " before it was sent");
                }
                // An error of no exchange is one of the connection.
                if (frame.requestId() == requestId || (frame.requestId() == 0 && frame.type() == FrameType.ERROR)) {
                    return arrival(frame);
                }
            }
        } catch (ChunkServerException e) {
            throw named(e);
        }
    }

    private Arrival arrival(Frame frame) throws ChunkServerException {
        return switch (frame.type()) {
            case DATA -> new Arrival.Block(frame);
            case RESPONSE -> new Arrival.Begun(Messages.response(frame));
            case END -> {
                Arrival last = new Arrival.Done(Messages.end(frame));
                underWay = false;
                yield last;
            }
            case ERROR -> {
                Failure why = Messages.error(frame);
                // With 0 it is the connection that is refused, and is of no more use.
                underWay = frame.requestId() == 0;
                throw why.toException();
            }
            case HELLO, REQUEST, CANCEL, PROOF ->
                throw broken("a server does not send " + frame.type() + " frames within an exchange");
        };
    }

    private static ChunkServerException broken(String what) {
        return Failure.of(ErrorCode.PROTOCOL_ERROR, what).toException();
    }

    /** What the server said names it by its id; all else has to be given its address. */
    private ChunkServerException named(ChunkServerException thrown) {
        Failure why = thrown.failure();
        return why.server().isPresent()
                ? thrown
                : why.withMessage("server at " + address + ": " + why.message()).toException(thrown);
    }

    /** Closes it, whatever is under way; for any thread. */
    void close() {
        connection.close();
    }
}
