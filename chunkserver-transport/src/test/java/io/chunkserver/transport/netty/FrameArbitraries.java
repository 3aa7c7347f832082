package io.chunkserver.transport.netty;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Frames of all sizes, and their bytes on the wire. */
final class FrameArbitraries {

    private FrameArbitraries() {}

    static Arbitrary<List<Frame>> frames() {
        Arbitrary<Integer> headers = Arbitraries.frequencyOf(
                Tuple.of(9, Arbitraries.integers().between(0, 300)),
                Tuple.of(1, Arbitraries.integers().between(0, 200_000)));
        Arbitrary<Integer> bodies = Arbitraries.oneOf(
                Arbitraries.of(0, 1, Frame.MAX_BODY_BYTES),
                Arbitraries.integers().between(0, Frame.MAX_BODY_BYTES));
        return Combinators.combine(Arbitraries.of(FrameType.class), Arbitraries.integers(), headers, bodies)
                .as(FrameArbitraries::frame)
                .list()
                .ofMaxSize(4);
    }

    private static Frame frame(FrameType type, int requestId, int headerBytes, int bodyBytes) {
        Random random = new Random(requestId);
        byte[] header = new byte[headerBytes];
        byte[] body = new byte[bodyBytes];
        random.nextBytes(header);
        random.nextBytes(body);
        ByteBuffer bodyBuffer = ByteBuffer.wrap(body);
        return new Frame(type, requestId, ByteBuffer.wrap(header), bodyBuffer, Crc32c.of(bodyBuffer), () -> {});
    }

    static byte[] stream(List<Frame> frames) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        frames.forEach(frame -> stream.writeBytes(TcpWireTest.bytes(frame)));
        return stream.toByteArray();
    }
}
