package io.chunkserver.transport.netty;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * How this machine waits for its sockets.
 *
 * @param handlers makes what an event loop waits with
 * @param listener the class of its listening sockets
 * @param socket   the class of its other sockets
 */
record IoPlatform(
        IoHandlerFactory handlers,
        Class<? extends ServerSocketChannel> listener,
        Class<? extends SocketChannel> socket) {

    /** Epoll where the machine and the class path have it. */
    static IoPlatform best() {
        return Epoll.isAvailable()
                ? new IoPlatform(EpollIoHandler.newFactory(), EpollServerSocketChannel.class, EpollSocketChannel.class)
                : nio();
    }

    /** What every JVM has. */
    static IoPlatform nio() {
        return new IoPlatform(NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
    }
}
