package io.chunkserver.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A piece of network that can be cut: a loopback port whose connections lead to another one. While it is cut nothing passes in either
 * direction and nobody is told so, as when packets are lost on the way; once it is mended what was sent meanwhile arrives, where the two
 * ends have not given up.
 *
 * <p>It is cut until it is told where it leads to. Two threads for each connection, of which it takes {@value #MAX_CONNECTIONS}; others
 * are closed at once.
 */
final class Relay implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    private static final int MAX_CONNECTIONS = 200;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ServerSocket listening;

    /** One accepts, and two work for each connection. */
    private final ExecutorService threads = new ThreadPoolExecutor(
            0, 1 + 2 * MAX_CONNECTIONS, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), Relay::thread);

    @GuardedBy("this")
    private final Set<Socket> sockets = new HashSet<>();

    @GuardedBy("this")
    private int port;

    @GuardedBy("this")
    private boolean cut;

    @GuardedBy("this")
    private boolean closed;

    private Relay(ServerSocket listening) {
        this.listening = listening;
    }

    /** A relay that leads nowhere yet. */
    static Relay open() throws IOException {
        Relay relay = new Relay(new ServerSocket(0, MAX_CONNECTIONS, InetAddress.getLoopbackAddress()));
        relay.threads.execute(relay::accept);
        return relay;
    }

    /** A relay to this port. */
    static Relay to(int port) throws IOException {
        Relay relay = open();
        relay.leadTo(port);
        return relay;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "relay");
        thread.setDaemon(true);
        return thread;
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    /** New connections lead to this port from now on. */
    synchronized void leadTo(int newPort) {
        port = newPort;
        notifyAll();
    }

    synchronized void cut() {
        cut = true;
    }

    synchronized void mend() {
        cut = false;
        notifyAll();
    }

    private synchronized int awaitWhole() throws InterruptedException, SocketException {
        while ((cut || port == 0) && !closed) {
            wait();
        }
        if (closed) {
            throw new SocketException("the relay is closed");
        }
        return port;
    }

    private void accept() {
        try {
            while (true) {
                Socket from = listening.accept();
                if (admit(from)) {
                    threads.execute(() -> connect(from));
                }
            }
        } catch (IOException e) {
            LOG.debug("the relay at {} has ended", address(), e);
        }
    }

    private synchronized boolean admit(Socket socket) throws IOException {
        if (closed || sockets.size() >= 2 * MAX_CONNECTIONS) {
            socket.close();
            return false;
        }
        sockets.add(socket);
        return true;
    }

    private void connect(Socket from) {
        Socket to = new Socket();
        try {
            int target = awaitWhole();
            if (admit(to)) {
                to.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
                from.setTcpNoDelay(true);
                to.setTcpNoDelay(true);
                threads.execute(() -> pump(to, from));
                pump(from, to);
            }
        } catch (IOException | InterruptedException e) {
            LOG.debug("a connection by {} leads nowhere", address(), e);
        } finally {
            end(List.of(from, to));
        }
    }

    /** Passes bytes on in one direction; when that ends, so does the other one. */
    private void pump(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitWhole();
                out.write(buffer, 0, read);
            }
            // The end of a connection does not pass either.
            awaitWhole();
        } catch (IOException | InterruptedException e) {
            LOG.debug("a connection by {} has ended", address(), e);
        } finally {
            end(List.of(from, to));
        }
    }

    private void end(List<Socket> both) {
        for (Socket socket : both) {
            synchronized (this) {
                sockets.remove(socket);
            }
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("a connection by {} is gone already", address(), e);
            }
        }
    }

    /** Ends all connections. */
    @Override
    public void close() throws IOException {
        listening.close();
        List<Socket> open;
        synchronized (this) {
            closed = true;
            notifyAll();
            open = List.copyOf(sockets);
        }
        end(open);
        threads.shutdown();
    }
}
