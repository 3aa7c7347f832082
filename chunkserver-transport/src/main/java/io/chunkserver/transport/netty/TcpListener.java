package io.chunkserver.transport.netty;

import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening socket. */
final class TcpListener implements Listener {

    private static final Logger log = LoggerFactory.getLogger(TcpListener.class);

    private final Channel channel;
    private final ServerAddress address;

    TcpListener(Channel channel, ServerAddress address) {
        this.channel = channel;
        this.address = address;
    }

    @Override
    public ServerAddress address() {
        return address;
    }

    @Override
    public void close() {
        ChannelFuture closing = channel.close();
        // In the channel's own event loop waiting would be for oneself.
        if (!channel.eventLoop().inEventLoop()) {
            closing.awaitUninterruptibly();
            awaitNextRound();
        }
    }

    /** NIO gives a closed socket back when it selects again, which comes before any task that is not due yet. */
    private void awaitNextRound() {
        try {
            channel.eventLoop().schedule(() -> {}, 1, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        } catch (RejectedExecutionException e) {
            // The event loop has ended, and all of its sockets with it.
            log.debug("listener at {} was closed by its transport", address);
        }
    }
}
