package io.chunkserver.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/** Has a channel read to where its decoder wants the bytes. For the channel of one connection. */
@SuppressWarnings("deprecation") // The handle of this kind is what Netty's own allocators extend.
final class FrameReads extends DefaultMaxMessagesRecvByteBufAllocator {

    private final FrameDecoder decoder;

    FrameReads(FrameDecoder decoder) {
        this.decoder = decoder;
    }

    @Override
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public ByteBuf allocate(ByteBufAllocator unused) {
                return decoder.nextBuffer();
            }

            /** Only asked for by who allocates without the method above. */
            @Override
            public int guess() {
                return FrameDecoder.FIRST_CAPACITY;
            }
        };
    }
}
