package io.chunkserver.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Brings decrypted bytes to where their decoder wants them, which {@link FrameReads} does for bytes that come from the socket as they
 * are. One more copy; of records, which are shorter than most frames, a frame has to be put together anyway.
 */
final class DecryptedReads extends ChannelInboundHandlerAdapter {

    private final FrameDecoder decoder;

    DecryptedReads(FrameDecoder decoder) {
        this.decoder = decoder;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf decrypted = (ByteBuf) message;
        try {
            while (decrypted.isReadable()) {
                ByteBuf wanted = decoder.nextBuffer();
                wanted.writeBytes(decrypted, Math.min(wanted.writableBytes(), decrypted.readableBytes()));
                context.fireChannelRead(wanted);
            }
        } finally {
            decrypted.release();
        }
    }
}
