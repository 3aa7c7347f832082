package io.chunkserver.transport.netty;

import com.google.common.primitives.Ints;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.BlockingConnection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.FrameFormat;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A TCP connection for a thread that waits: a plain socket, with no event loop in between. */
final class SocketConnection implements BlockingConnection {

    private static final Logger log = LoggerFactory.getLogger(SocketConnection.class);

    private final ServerAddress remote;

    /** As event loops connect: a proxy that the process uses for other things knows nothing of servers. */
    private final Socket socket = new Socket(Proxy.NO_PROXY);

    private final Duration idleTimeout;
    private final Consumer<SocketConnection> whenClosed;
    private final FrameReader reader = new FrameReader();

    /**
     * One that is not connected yet, and can be closed already.
     *
     * @param remote      by which the peer is named
     * @param idleTimeout a peer that lets one wait for so long is taken for gone
     * @param whenClosed  is told when this is closed here
     */
    SocketConnection(ServerAddress remote, Duration idleTimeout, Consumer<SocketConnection> whenClosed) {
        this.remote = remote;
        this.idleTimeout = idleTimeout;
        this.whenClosed = whenClosed;
    }

    /**
     * Connects; before all else, and once.
     *
     * @throws IOException when nobody answers there, in time or at all
     */
    void connect(InetSocketAddress at, Duration timeout) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.connect(at, millis(timeout.toNanos()));
    }

    @Override
    public ServerAddress remote() {
        return remote;
    }

    @Override
    public void send(Frame frame) throws ChunkServerException {
        ByteBuffer whole = ByteBuffer.allocate(FrameFormat.PREAMBLE_BYTES
                + frame.header().remaining()
                + frame.body().remaining());
        FrameFormat.encode(frame, whole);
        whole.put(frame.header().duplicate()).put(frame.body().duplicate());
        try {
            socket.getOutputStream().write(whole.array());
        } catch (IOException e) {
            throw broken(SocketWords.of(e));
        }
    }

    @Override
    public Frame receive(Duration timeout) throws ChunkServerException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        try {
            return reader.next((target, at, length) -> read(target, at, length, deadlineNanos));
        } catch (ChunkServerException e) {
            throw e;
        } catch (SocketTimeoutException e) {
            throw Failure.of(ErrorCode.TIMEOUT, "nothing came from " + remote + " in time")
                    .toException();
        } catch (IOException e) {
            throw broken(SocketWords.of(e));
        }
    }

    private int read(byte[] target, int at, int length, long deadlineNanos) throws IOException {
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos <= 0) {
            throw new SocketTimeoutException();
        }
        boolean idleFirst = idleTimeout.toNanos() < leftNanos;
        int waitMillis = millis(idleFirst ? idleTimeout.toNanos() : leftNanos);
        socket.setSoTimeout(waitMillis);
        int count;
        try {
            count = socket.getInputStream().read(target, at, length);
        } catch (SocketTimeoutException e) {
            throw idleFirst ? broken("nothing moved on it for " + waitMillis + " ms") : e;
        }
        if (count < 0) {
            throw broken("the connection " + (reader.isWithinFrame() ? "ended within a frame" : "was closed"));
        }
        return count;
    }

    /** At least 1: to a socket 0 means for ever. */
    private static int millis(long nanos) {
        return Ints.saturatedCast(Math.max(1, nanos / 1_000_000));
    }

    private ChunkServerException broken(String how) {
        return Failure.of(ErrorCode.UNREACHABLE, "connection with " + remote + ": " + how)
                .toException();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("socket of the connection with {} could not be closed", remote, e);
        }
        whenClosed.accept(this);
    }
}
