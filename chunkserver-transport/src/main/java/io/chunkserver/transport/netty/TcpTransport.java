package io.chunkserver.transport.netty;

import com.google.common.primitives.Ints;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.BlockingConnection;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.security.TlsConfig;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Frames over TCP.
 *
 * <p>Receivers are called, and stages completed, by the I/O threads, which must not be blocked. After reading was turned off, a
 * receiver gets no further frame. A host name with several addresses is reached at the first.
 *
 * <p>With TLS a connection is opened when both sides have shown what the other asks of them; {@code REFUSED} says that one of them did
 * not like what it saw. A side that is turned away after that, because of its own certificate, hears it as the end of the connection.
 *
 * <p>A peer that sends what is no frame is cut off, with one line in the log; when it began like a frame, it is told why first.
 *
 * <p>{@link #close} waits for the linger timeout at most, plus a moment; it must not be called by an I/O thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Of a socket that is being closed nothing more is to be known.
public final class TcpTransport implements Transport {

    /** The name by which a configuration chooses this transport. */
    public static final String NAME = "tcp";

    private static final AttributeKey<TcpConnection> CONNECTION =
            AttributeKey.valueOf(TcpTransport.class, "connection");

    private static final String CHECK_ADDRESS = "see that the server runs and that the address is right";

    // Memory is taken from the pool in chunks of 8 KiB << 7 = 1 MiB: netty's own 4 MiB are much for a small server.
    private static final int PAGE_BYTES = 8192;
    private static final int CHUNK_ORDER = 7;

    /** What closing waits for beyond the linger timeout. */
    private static final Duration CLOSE_MARGIN = Duration.ofSeconds(2);

    private final TcpTransportConfig config;
    private final IoPlatform platform;

    /** Null where bytes go as they are. */
    private final @Nullable TlsContexts tls;

    private final MultiThreadIoEventLoopGroup threads;
    private final PooledByteBufAllocator memory;
    private final HostLookup lookup = new HostLookup();
    private final AcceptLimit limit;
    private final Set<TcpListener> listeners = ConcurrentHashMap.newKeySet();
    private final Set<TcpConnection> connections = ConcurrentHashMap.newKeySet();
    private final Set<SocketConnection> blocking = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Starts no thread before it is used. */
    public TcpTransport(TcpTransportConfig config) {
        this(config, IoPlatform.best());
    }

    TcpTransport(TcpTransportConfig config, IoPlatform platform) {
        this(config, platform, null);
    }

    private TcpTransport(TcpTransportConfig config, IoPlatform platform, @Nullable TlsContexts tls) {
        this.config = config;
        this.platform = platform;
        this.tls = tls;
        this.threads = new MultiThreadIoEventLoopGroup(
                config.ioThreads(), new IoThreads(IoThreads.PREFIX), platform.handlers());
        this.memory = new PooledByteBufAllocator(
                true,
                0,
                config.ioThreads(),
                PAGE_BYTES,
                CHUNK_ORDER,
                PooledByteBufAllocator.defaultSmallCacheSize(),
                PooledByteBufAllocator.defaultNormalCacheSize(),
                false);
        this.limit = new AcceptLimit(config.maxConnections());
    }

    /**
     * The same over TLS, which starts no thread before it is used either.
     *
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when a file cannot be read or is not what it should be
     */
    public static TcpTransport secured(TcpTransportConfig config, TlsConfig tls) throws ChunkServerException {
        return new TcpTransport(config, IoPlatform.best(), TlsContexts.read(tls));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<Listener> listen(ServerAddress address, Function<Connection, FrameReceiver> receiver) {
        if (tls != null && !tls.canListen()) {
            return CompletableFuture.failedFuture(Failure.of(
                            ErrorCode.BAD_CONFIGURATION,
                            "nobody can listen at " + address + " with TLS but no certificate")
                    .withHint("give a TLS certificate and its key")
                    .toException());
        }
        CompletableFuture<Listener> listening = new CompletableFuture<>();
        lookup.find(address).whenComplete((socketAddress, thrown) -> {
            if (thrown != null) {
                listening.completeExceptionally(thrown);
            } else {
                bind(address, socketAddress, receiver, listening);
            }
        });
        return listening;
    }

    @Override
    public CompletionStage<Connection> connect(
            ServerAddress address, Duration timeout, Function<Connection, FrameReceiver> receiver) {
        CompletableFuture<Connection> connected = new CompletableFuture<>();
        CompletableFuture<InetSocketAddress> found = lookup.find(address);
        try {
            Future<?> timer = threads.schedule(
                    () -> connected.completeExceptionally(late(address, timeout)),
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
            connected.whenComplete((connection, thrown) -> timer.cancel(false));
        } catch (RejectedExecutionException e) {
            connected.completeExceptionally(closedFailure());
        }
        found.whenComplete((socketAddress, thrown) -> {
            if (thrown != null) {
                connected.completeExceptionally(thrown);
            } else if (!connected.isDone()) {
                open(address, socketAddress, timeout, receiver, connected);
            }
        });
        return connected;
    }

    @Override
    public BlockingConnection open(ServerAddress address, Duration timeout) throws ChunkServerException {
        if (tls != null) {
            return Transport.super.open(address, timeout);
        }
        SocketConnection connection = new SocketConnection(address, config.idleTimeout(), blocking::remove);
        blocking.add(connection);
        boolean connected = false;
        try {
            if (closed.get()) {
                throw closedFailure();
            }
            long deadlineNanos = System.nanoTime() + timeout.toNanos();
            InetSocketAddress found = lookup.find(address)
                    .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                    .join();
            connection.connect(found, Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
            connected = true;
            return connection;
        } catch (CompletionException e) {
            throw e.getCause() instanceof TimeoutException ? late(address, timeout) : ChunkServerException.from(e);
        } catch (SocketTimeoutException e) {
            throw late(address, timeout);
        } catch (ChunkServerException e) {
            throw e;
        } catch (IOException e) {
            throw closed.get() ? closedFailure() : notConnected(ErrorCode.UNREACHABLE, address, e);
        } finally {
            if (!connected) {
                connection.close();
            }
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        lookup.close();
        blocking.forEach(SocketConnection::close);
        listeners.forEach(TcpListener::close);
        connections.forEach(TcpConnection::close);
        awaitConnections();
        threads.shutdownGracefully(0, CLOSE_MARGIN.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
    }

    private void bind(
            ServerAddress address,
            InetSocketAddress socketAddress,
            Function<Connection, FrameReceiver> receiver,
            CompletableFuture<Listener> listening) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(threads)
                .channel(platform.listener())
                .option(ChannelOption.SO_BACKLOG, config.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel, receiver);
                    }
                });
        try {
            bootstrap.bind(socketAddress).addListener((ChannelFuture bound) -> {
                if (bound.isSuccess()) {
                    listening.complete(listener(bound.channel(), address));
                } else {
                    listening.completeExceptionally(Failure.of(
                                    ErrorCode.BAD_CONFIGURATION,
                                    "cannot listen at " + address + ": " + SocketWords.of(bound.cause()))
                            .withHint(
                                    "name an address of this machine and a port that nobody listens at; 0 takes a free one")
                            .toException(bound.cause()));
                }
            });
        } catch (IllegalStateException | RejectedExecutionException e) {
            listening.completeExceptionally(closedFailure());
        }
    }

    private TcpListener listener(Channel channel, ServerAddress wanted) {
        int port = ((InetSocketAddress) channel.localAddress()).getPort();
        TcpListener listener = new TcpListener(channel, new ServerAddress(wanted.host(), port));
        listeners.add(listener);
        channel.closeFuture().addListener(done -> listeners.remove(listener));
        if (closed.get()) {
            listener.close();
        }
        return listener;
    }

    private void accept(SocketChannel channel, Function<Connection, FrameReceiver> receiver) {
        if (closed.get() || !limit.admit(channel)) {
            channel.close();
            return;
        }
        InetSocketAddress from = channel.remoteAddress();
        // A connection that has broken before it was accepted has no address any more.
        ServerAddress remote = from == null
                ? new ServerAddress("unknown", 0)
                : new ServerAddress(from.getAddress().getHostAddress(), from.getPort());
        equip(channel, remote, receiver, tls == null ? null : tls.incoming(channel, config.handshakeTimeout()));
    }

    private void open(
            ServerAddress address,
            InetSocketAddress socketAddress,
            Duration timeout,
            Function<Connection, FrameReceiver> receiver,
            CompletableFuture<Connection> connected) {
        Bootstrap bootstrap = new Bootstrap()
                .group(threads)
                .channel(platform.socket())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Ints.saturatedCast(Math.max(1, timeout.toMillis())))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        equip(channel, address, receiver, tls == null ? null : tls.outgoing(channel, address, timeout));
                    }
                });
        try {
            bootstrap.connect(socketAddress).addListener((ChannelFuture opened) -> opened(address, opened, connected));
        } catch (IllegalStateException | RejectedExecutionException e) {
            connected.completeExceptionally(closedFailure());
        }
    }

    private static void opened(ServerAddress address, ChannelFuture opened, CompletableFuture<Connection> connected) {
        if (!opened.isSuccess()) {
            boolean tooLate = opened.cause() instanceof ConnectTimeoutException;
            connected.completeExceptionally(
                    notConnected(tooLate ? ErrorCode.TIMEOUT : ErrorCode.UNREACHABLE, address, opened.cause()));
            return;
        }
        SslHandler encryption = opened.channel().pipeline().get(SslHandler.class);
        if (encryption == null) {
            connected(opened, connected);
            return;
        }
        encryption.handshakeFuture().addListener(shaken -> {
            if (shaken.isSuccess()) {
                connected(opened, connected);
            } else {
                connected.completeExceptionally(TlsContexts.refused(address, shaken.cause()));
                opened.channel().close();
            }
        });
    }

    private static void connected(ChannelFuture opened, CompletableFuture<Connection> connected) {
        // The peer may have closed it meanwhile: then its pipeline is empty, and its receiver was told.
        TcpConnection connection = opened.channel().attr(CONNECTION).get();
        if (connected.isDone()) {
            opened.channel().close();
            return;
        }
        try {
            connection.start();
        } catch (RuntimeException e) {
            opened.channel().close();
            connected.completeExceptionally(e);
            return;
        }
        if (!connected.complete(connection)) {
            connection.close();
        }
    }

    private void equip(
            SocketChannel channel,
            ServerAddress remote,
            Function<Connection, FrameReceiver> receiver,
            @Nullable SslHandler encryption) {
        channel.config().setAllocator(memory);
        channel.config().setTcpNoDelay(true).setKeepAlive(true);
        IdleStateHandler idle =
                new IdleStateHandler(true, 0, 0, config.idleTimeout().toMillis(), TimeUnit.MILLISECONDS);
        TcpConnection connection =
                new TcpConnection(channel, remote, receiver, config.lingerTimeout(), encryption != null);
        channel.attr(CONNECTION).set(connection);
        channel.pipeline().addLast(idle);
        if (encryption != null) {
            channel.pipeline().addLast(encryption);
        }
        connection.join(channel.pipeline());
        connections.add(connection);
        channel.closeFuture().addListener(done -> connections.remove(connection));
        if (closed.get()) {
            channel.close();
        }
    }

    private void awaitConnections() {
        long deadline =
                System.nanoTime() + config.lingerTimeout().plus(CLOSE_MARGIN).toNanos();
        for (TcpConnection connection : connections) {
            connection.closed().awaitUninterruptibly(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    private static ChunkServerException late(ServerAddress address, Duration timeout) {
        return Failure.of(ErrorCode.TIMEOUT, "no connection to " + address + " within " + timeout.toMillis() + " ms")
                .withHint(CHECK_ADDRESS)
                .toException();
    }

    private static ChunkServerException notConnected(ErrorCode code, ServerAddress address, Throwable thrown) {
        return Failure.of(code, "no connection to " + address + ": " + SocketWords.of(thrown))
                .withHint(CHECK_ADDRESS)
                .toException(thrown);
    }

    private static ChunkServerException closedFailure() {
        return Failure.of(ErrorCode.UNREACHABLE, "the transport is closed").toException();
    }

    /** Connections on which threads wait, also those that are not open yet. */
    int blockingConnections() {
        return blocking.size();
    }

    /** Bytes of pooled memory that frames and unfinished reads hold. */
    long bytesInUse() {
        return memory.pinnedDirectMemory();
    }
}
