package io.chunkserver.transport.netty;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.Messages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection, as its owner and as Netty see it.
 *
 * <p>The connection's event loop owns everything but the flags of {@link Inbox} and the queue of {@link Outbox}; what other threads ask
 * for becomes a task of that loop.
 *
 * <p>Closing is a protocol of its own. A socket that is closed with unread bytes in it resets the connection, and a reset destroys
 * what the peer has not read yet: the error frame, for one, that told it why. So a closed connection first sends what was
 * given to it, then says that nothing more comes, and goes on reading into the void until the peer has closed too; for no
 * longer than the linger timeout.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Of a socket that is being closed nothing more is to be known.
final class TcpConnection extends ChannelInboundHandlerAdapter implements Connection {

    private static final Logger log = LoggerFactory.getLogger(TcpConnection.class);

    private final SocketChannel channel;
    private final ServerAddress remote;
    private final Function<Connection, FrameReceiver> receiver;
    private final Duration lingerTimeout;
    private final boolean encrypted;
    private final FrameDecoder decoder;
    private final Inbox inbox = new Inbox();
    private final Outbox outbox;
    private final AtomicBoolean closing = new AtomicBoolean();
    private boolean started;

    /** What comes in is thrown away: the owner has closed, or the peer broke the protocol. */
    private boolean deaf;

    TcpConnection(
            SocketChannel channel,
            ServerAddress remote,
            Function<Connection, FrameReceiver> receiver,
            Duration lingerTimeout,
            boolean encrypted) {
        this.channel = channel;
        this.remote = remote;
        this.receiver = receiver;
        this.lingerTimeout = lingerTimeout;
        this.decoder = new FrameDecoder(channel.alloc());
        this.outbox = new Outbox(channel, remote, encrypted);
        this.encrypted = encrypted;
    }

    /** Becomes the last of the channel's handlers, with its reads brought to where frames are cut. */
    void join(ChannelPipeline pipeline) {
        if (encrypted) {
            pipeline.addLast(new DecryptedReads(decoder));
        } else {
            channel.config().setRecvByteBufAllocator(new FrameReads(decoder));
        }
        pipeline.addLast(this);
    }

    @Override
    public ServerAddress remote() {
        return remote;
    }

    @Override
    public CompletionStage<Void> send(List<Frame> frames) {
        return closing.get() ? outbox.refused() : outbox.send(frames);
    }

    @Override
    public void setReading(boolean reading) {
        // Off costs nothing until more comes, and mostly it is on again by then.
        if (!inbox.setReading(reading)) {
            return;
        }
        if (channel.eventLoop().inEventLoop()) {
            resume();
        } else {
            execute(this::resume);
        }
    }

    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            inbox.shut();
            execute(() -> end(null));
        }
    }

    /** Done when the socket is closed. */
    ChannelFuture closed() {
        return channel.closeFuture();
    }

    /** Makes the receiver, once; in the event loop. */
    void start() {
        if (!started) {
            started = true;
            inbox.attach(receiver.apply(this));
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        start();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf read = (ByteBuf) message;
        if (deaf) {
            read.release();
            return;
        }
        try {
            decoder.decode(read, inbox.frames());
        } catch (ChunkServerException e) {
            refuse(e);
            return;
        }
        inbox.deliver();
        followReading();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ChunkServerException cause = decoder.withinFrame() ? brokenOff("the connection ended within a frame") : null;
        hearNoMore(cause);
        outbox.drain();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            fail(Failure.of(ErrorCode.TIMEOUT, "nothing moved on the connection with " + remote + " for too long")
                    .toException());
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    /** A broken socket, a peer that TLS turns away or is turned away by, too little memory for what comes in, or a receiver that threw. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        if (thrown instanceof SSLException || thrown.getCause() instanceof SSLException) {
            fail(TlsContexts.refused(remote, thrown));
        } else if (thrown instanceof RuntimeException) {
            fail(ChunkServerException.from(thrown));
        } else {
            fail(brokenOff(SocketWords.of(thrown)));
        }
    }

    /** Also when nothing more comes: what had come when the peer went, and that it went, may still wait here. */
    private void resume() {
        inbox.resume();
        try {
            inbox.deliver();
        } catch (RuntimeException e) {
            fail(ChunkServerException.from(e));
        }
        followReading();
    }

    private void followReading() {
        if (!deaf) {
            channel.config().setAutoRead(!inbox.isWaiting());
        }
    }

    /** Ends at once: nothing that is still to be sent would arrive. */
    private void fail(ChunkServerException cause) {
        if (!deaf) {
            log.info("connection with {} ends: {}", remote, cause.getMessage());
        }
        hearNoMore(cause);
        channel.close();
    }

    /** The peer sent what is no frame: say so, if it is one of us, and end. */
    private void refuse(ChunkServerException cause) {
        log.info("connection with {} ends: {}", remote, cause.getMessage());
        if (decoder.speaksOurProtocol()) {
            outbox.send(List.of(Messages.error(0, cause.failure())));
            end(cause);
        } else {
            hearNoMore(cause);
            channel.close();
        }
    }

    private void end(@Nullable ChunkServerException cause) {
        hearNoMore(cause);
        outbox.drain();
        // Reading goes on, for the end of the peer's bytes shows that it has ours.
        channel.config().setAutoRead(true);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> channel.shutdownOutput());
        ScheduledFuture<?> timer = channel.eventLoop()
                .schedule((Runnable) channel::close, lingerTimeout.toMillis(), TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> timer.cancel(false));
    }

    private void hearNoMore(@Nullable ChunkServerException cause) {
        deaf = true;
        decoder.release();
        try {
            inbox.end(cause);
        } catch (RuntimeException e) {
            log.warn("receiver of the connection with {} failed at its end", remote, e);
        }
    }

    private ChunkServerException brokenOff(String how) {
        return Failure.of(ErrorCode.UNREACHABLE, "connection with " + remote + ": " + how)
                .toException();
    }

    private void execute(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            // The transport was closed, and every connection with it.
            log.debug("connection with {} was ended by its transport", remote);
        }
    }
}
