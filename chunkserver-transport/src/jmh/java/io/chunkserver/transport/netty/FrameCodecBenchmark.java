package io.chunkserver.transport.netty;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Preamble;
import io.chunkserver.transport.protocol.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A frame into bytes and back, without a socket. What a DATA frame allocates ({@code gc.alloc.rate.norm}) must be small and
 * must not grow with its body; the body's bytes are in memory of the pool, which does not count there.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FrameCodecBenchmark {

    /** What one read from a socket brings when frames come in pieces. */
    private static final int PIECE_BYTES = 16 * 1024;

    private static final int REQUEST_ID = 7;

    private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
    private final FrameDecoder decoder = new FrameDecoder(allocator);
    private final Queue<Frame> frames = new ArrayDeque<>();
    private final ByteBuffer body = ByteBuffer.allocateDirect(Frame.MAX_BODY_BYTES);
    private final Frame data = Frame.data(REQUEST_ID, body, Crc32c.of(body));
    private final ByteBuf wire = encode(data);
    private final Request request = new Request.Read(
            new ChunkId("/data/file", 3), 0, 1L << 20, new ReadMode.Committed(), Duration.ofSeconds(5));

    @TearDown
    public void release() {
        wire.release();
    }

    /** The preamble alone: the body is sent from where it is. */
    @Benchmark
    public int dataEncode() {
        ByteBuf head = allocator.directBuffer(FrameFormat.PREAMBLE_BYTES, FrameFormat.PREAMBLE_BYTES);
        FrameFormat.encode(data, head.nioBuffer(0, FrameFormat.PREAMBLE_BYTES));
        int firstBytes = head.getInt(0);
        head.release();
        return firstBytes;
    }

    /** What one look at a preamble takes; the decoder looks once for each frame. */
    @Benchmark
    public Preamble preambleDecode() throws ChunkServerException {
        return FrameFormat.decode(wire.nioBuffer(0, FrameFormat.PREAMBLE_BYTES));
    }

    /** A frame that came within one read, copied as a socket would. */
    @Benchmark
    public int dataDecodeWhole() throws ChunkServerException {
        decoder.decode(decoder.nextBuffer().writeBytes(wire, 0, wire.writerIndex()), frames);
        return take();
    }

    /** A frame that came in several reads and is gathered. */
    @Benchmark
    public int dataDecodeInPieces() throws ChunkServerException {
        for (int at = 0; at < wire.writerIndex(); at += PIECE_BYTES) {
            int count = Math.min(PIECE_BYTES, wire.writerIndex() - at);
            decoder.decode(decoder.nextBuffer().writeBytes(wire, at, count), frames);
        }
        return take();
    }

    /** All of it, with the body copied as a socket would. */
    @Benchmark
    public int dataThereAndBack() throws ChunkServerException {
        decoder.decode(encode(data), frames);
        return take();
    }

    @Benchmark
    public Request requestThereAndBack() throws ChunkServerException {
        decoder.decode(encode(Messages.request(REQUEST_ID, request)), frames);
        Frame frame = frames.remove();
        Request read = Messages.request(frame);
        frame.release().run();
        return read;
    }

    private int take() {
        Frame frame = frames.remove();
        int bodyBytes = frame.body().remaining();
        frame.release().run();
        return bodyBytes;
    }

    private ByteBuf encode(Frame frame) {
        int headerBytes = frame.header().remaining();
        int bodyBytes = frame.body().remaining();
        ByteBuf bytes = allocator.directBuffer(FrameFormat.PREAMBLE_BYTES + headerBytes + bodyBytes);
        FrameFormat.encode(frame, bytes.nioBuffer(0, FrameFormat.PREAMBLE_BYTES));
        return bytes.writerIndex(FrameFormat.PREAMBLE_BYTES)
                .writeBytes(frame.header().duplicate())
                .writeBytes(frame.body().duplicate());
    }
}
