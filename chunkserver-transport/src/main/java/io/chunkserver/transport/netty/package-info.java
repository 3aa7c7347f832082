/**
 * Frames over TCP, on Netty: epoll where the machine has it, else NIO, with the same results.
 *
 * <p>May import: the transport's root package, {@code protocol}, {@code security}, core's {@code model}, {@code checksum} and {@code error}. No type of
 * Netty is seen outside.
 *
 * <p>Flow: {@link io.chunkserver.transport.netty.TcpTransport} opens and accepts channels; each has a {@code TcpConnection}, whose
 * {@code FrameDecoder} cuts what was read into frames without copying those that came in one piece, whose {@code Inbox} hands
 * them to the receiver as long as it is reading, and whose {@code Outbox} keeps the order of what many threads send. For a thread that waits it
 * opens a {@code SocketConnection} without any of this, on a plain socket, whose {@code FrameReader} cuts.
 */
@NullMarked
package io.chunkserver.transport.netty;

import org.jspecify.annotations.NullMarked;
