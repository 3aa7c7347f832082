package io.chunkserver.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.testkit.RecordingReceiver.Received;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;

/** The decoder gives the same frames however their bytes are cut (P16), and never keeps memory. */
class FrameDecoderProperties {

    private final PooledByteBufAllocator memory = new PooledByteBufAllocator(true);
    private FrameDecoder decoder;
    private Queue<Frame> decoded;

    @BeforeTry
    void begin() {
        decoder = new FrameDecoder(memory);
        decoded = new ArrayDeque<>();
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void framesAreTheSameHoweverTheirBytesAreCut(
            @ForAll("frames") List<Frame> frames, @ForAll @IntRange(min = 1, max = 200_000) int piece)
            throws Exception {
        byte[] stream = FrameArbitraries.stream(frames);
        Random lengths = new Random(piece);
        for (int at = 0; at < stream.length; ) {
            at += read(stream, at, Math.min(1 + lengths.nextInt(piece), stream.length - at));
        }
        assertThat(decoder.withinFrame()).isFalse();
        assertThat(decoded.stream().map(Received::of))
                .isEqualTo(frames.stream().map(Received::of).toList());
        releaseAll();
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void whatIsNoFrameIsOneTypedErrorAfterTheFramesBeforeIt(
            @ForAll("frames") List<Frame> frames,
            @ForAll byte[] junk,
            @ForAll @IntRange(min = 1, max = 100_000) int piece)
            throws Exception {
        byte[] stream = FrameArbitraries.stream(frames);
        byte[] all = ByteBuffer.allocate(stream.length + junk.length)
                .put(stream)
                .put(junk)
                .array();
        try {
            for (int at = 0; at < all.length; ) {
                at += read(all, at, Math.min(piece, all.length - at));
            }
        } catch (ChunkServerException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        }
        assertThat(decoded.stream().map(Received::of))
                .isEqualTo(frames.stream().map(Received::of).toList());
        releaseAll();
    }

    @Property(tries = 100)
    void aFrameInPiecesTakesMemoryForWhatCameAndNotForWhatWasAnnounced(@ForAll @IntRange(min = 1, max = 1000) int come)
            throws Exception {
        byte[] stream = FrameArbitraries.stream(
                List.of(Frame.of(FrameType.RESPONSE, 1, ByteBuffer.allocate(Frame.MAX_HEADER_BYTES))));
        read(stream, 0, come);
        assertThat(memory.pinnedDirectMemory()).isLessThan(100_000);
        releaseAll();
    }

    /** Everything goes back to the pool, whatever happened. */
    private void releaseAll() {
        decoded.forEach(frame -> frame.release().run());
        decoder.release();
        assertThat(memory.pinnedDirectMemory()).isZero();
    }

    /** As a channel does: as many bytes as have come and as the buffer takes, after a read that found none. */
    private int read(byte[] bytes, int at, int length) throws ChunkServerException {
        decoder.nextBuffer().release();
        ByteBuf buffer = decoder.nextBuffer();
        int count = Math.min(length, buffer.writableBytes());
        decoder.decode(buffer.writeBytes(bytes, at, count), decoded);
        return count;
    }

    @Provide
    Arbitrary<List<Frame>> frames() {
        return FrameArbitraries.frames();
    }
}
