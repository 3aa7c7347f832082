package io.chunkserver.transport.loopback;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A server's access to a {@link LoopbackNetwork}.
 *
 * <p>Nothing is copied: a receiver sees the sender's buffers, and the stage of a send completes when the receiver has released the
 * frame. A sender that waits for its stages is therefore held up by a receiver that does not read. Connecting waits for
 * nobody, so it never times out. No threads of its own: the network's executor does all.
 */
public final class LoopbackTransport implements Transport {

    /** The name by which a configuration chooses this transport. */
    public static final String NAME = "loopback";

    private final LoopbackNetwork network;
    private volatile boolean closed;

    /** A transport that reaches all others of the network. */
    public LoopbackTransport(LoopbackNetwork network) {
        this.network = network;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<Listener> listen(ServerAddress address, Function<Connection, FrameReceiver> receiver) {
        if (closed) {
            return CompletableFuture.failedStage(closedFailure());
        }
        try {
            return CompletableFuture.completedStage(network.listen(this, address, receiver));
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            return CompletableFuture.failedStage(
                    Failure.of(ErrorCode.BAD_CONFIGURATION, message).toException(e));
        }
    }

    @Override
    public CompletionStage<Connection> connect(
            ServerAddress address, Duration timeout, Function<Connection, FrameReceiver> receiver) {
        CompletableFuture<Connection> connected = new CompletableFuture<>();
        network.execute(() -> {
            try {
                connected.complete(open(address, receiver));
            } catch (ChunkServerException | RuntimeException e) {
                connected.completeExceptionally(e);
            }
        });
        return connected;
    }

    private Connection open(ServerAddress address, Function<Connection, FrameReceiver> receiver)
            throws ChunkServerException {
        if (closed) {
            throw closedFailure();
        }
        LoopbackLink link = network.link(this, address);
        try {
            return link.attach(receiver);
        } catch (RuntimeException e) {
            link.breakOff(ChunkServerException.from(e).failure());
            throw e;
        }
    }

    @Override
    public void close() {
        closed = true;
        network.listenersOf(this).forEach(LoopbackListener::close);
        network.linksOf(this).forEach(link -> link.close(this));
    }

    private static ChunkServerException closedFailure() {
        return Failure.of(ErrorCode.UNREACHABLE, "the transport is closed").toException();
    }
}
