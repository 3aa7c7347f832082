package io.chunkserver.runner.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a transfer over loopback comes down to at best: blocking sockets, one thread at each end, no protocol, no checksum.
 *
 * <p>Each request is an offset and a length, 8 bytes each. Bytes that come from a file are sent by the kernel (sendfile).
 */
public final class BareSockets implements Workload {

    /** What is moved. */
    public enum Way {
        /** From the asking side's memory to the other, which answers with one byte. */
        SEND,
        /** From the other side's file, which the kernel sends. */
        SENDFILE
    }

    private static final Logger LOG = LoggerFactory.getLogger(BareSockets.class);

    private static final int REQUEST_BYTES = 2 * Long.BYTES;
    private static final int BUFFER_BYTES = 256 << 10;

    private final Way way;
    private final @Nullable SentFile file;
    private final ServerSocketChannel listener;
    private final long fileBytes;
    private final long transferBytes;

    private BareSockets(
            Way way, @Nullable SentFile file, ServerSocketChannel listener, long fileBytes, long transferBytes) {
        this.way = way;
        this.file = file;
        this.listener = listener;
        this.fileBytes = fileBytes;
        this.transferBytes = transferBytes;
    }

    /**
     * Begins to listen.
     *
     * @param parent        directory for the file that is sent; is made if need be. {@link Way#SEND} sends memory, and makes neither
     * @param fileBytes     length of that file; for {@link Way#SEND} it changes nothing that is measured
     * @param transferBytes moved by each operation, with {@link Way#SENDFILE} from a random place in the file
     */
    public static BareSockets open(Way way, Path parent, long fileBytes, long transferBytes) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        BareSockets sockets;
        try {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SentFile file = way == Way.SENDFILE ? SentFile.in(parent, fileBytes) : null;
            sockets = new BareSockets(way, file, listener, fileBytes, transferBytes);
        } catch (IOException e) {
            try (listener) {
                throw e;
            }
        }
        startDaemon("bench-listener", sockets::accept);
        return sockets;
    }

    private void accept() {
        // Whoever waits to be accepted when this ends hears of it, and does not wait for ever.
        try (listener) {
            while (true) {
                SocketChannel accepted = listener.accept();
                startDaemon("bench-peer", () -> serve(accepted));
            }
        } catch (IOException e) {
            LOG.debug("nobody connects any more", e);
        }
    }

    private void serve(SocketChannel accepted) {
        try (accepted) {
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer request = ByteBuffer.allocateDirect(REQUEST_BYTES);
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            while (true) {
                readFully(accepted, request.clear());
                long offset = request.getLong(0);
                long length = request.getLong(Long.BYTES);
                if (file == null) {
                    receive(accepted, buffer, length);
                    writeFully(accepted, buffer.clear().limit(1));
                } else {
                    file.send(accepted, offset, length);
                }
            }
        } catch (IOException e) {
            LOG.debug("the asking side has gone", e);
        }
    }

    @Override
    public Worker worker(int index) throws IOException {
        SocketChannel socket = connect();
        SplittableRandom random = new SplittableRandom(index);
        ByteBuffer request = ByteBuffer.allocateDirect(REQUEST_BYTES);
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        return new Worker() {
            @Override
            public long operate() throws IOException {
                long places = fileBytes / transferBytes;
                long offset = places < 2 ? 0 : random.nextLong(places) * transferBytes;
                request.clear().putLong(offset).putLong(transferBytes).flip();
                writeFully(socket, request);
                if (way == Way.SEND) {
                    send(socket, buffer, transferBytes);
                    readFully(socket, buffer.clear().limit(1));
                } else {
                    receive(socket, buffer, transferBytes);
                }
                return transferBytes;
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    private SocketChannel connect() throws IOException {
        SocketChannel socket = SocketChannel.open(listener.getLocalAddress());
        try {
            return socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            try (socket) {
                throw e;
            }
        }
    }

    private static void send(SocketChannel to, ByteBuffer buffer, long length) throws IOException {
        for (long left = length; left > 0; left -= buffer.limit()) {
            writeFully(to, buffer.clear().limit((int) Math.min(left, buffer.capacity())));
        }
    }

    private static void receive(SocketChannel from, ByteBuffer buffer, long length) throws IOException {
        for (long left = length; left > 0; ) {
            int count = from.read(buffer.clear().limit((int) Math.min(left, buffer.capacity())));
            if (count < 0) {
                throw new EOFException("the other side has gone");
            }
            left -= count;
        }
    }

    private static void writeFully(SocketChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private static void readFully(SocketChannel from, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (from.read(bytes) < 0) {
                throw new EOFException("the other side has gone");
            }
        }
    }

    private static void startDaemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Stops listening and removes the file. */
    @Override
    public void close() throws IOException {
        try (file) {
            listener.close();
        }
    }
}
