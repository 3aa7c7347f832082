package io.chunkserver.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.testkit.RecordingReceiver.Received;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;

/** A thread that reads gets the same frames however their bytes are cut (P16), and takes memory for what came alone. */
class FrameReaderProperties {

    private FrameReader reader;

    @BeforeTry
    void begin() {
        reader = new FrameReader();
    }

    @Provide
    Arbitrary<List<Frame>> frames() {
        return FrameArbitraries.frames();
    }

    /** Bytes in pieces of random lengths; every fourth time nothing comes in time. */
    private static FrameReader.Source pieces(byte[] stream, int longest) {
        Random random = new Random(longest);
        int[] position = {0};
        return (target, at, length) -> {
            assertThat(length).as("room for the next bytes").isPositive();
            if (random.nextInt(4) == 0) {
                throw new SocketTimeoutException();
            }
            if (position[0] == stream.length) {
                throw new EOFException();
            }
            int count = Math.min(Math.min(1 + random.nextInt(longest), length), stream.length - position[0]);
            System.arraycopy(stream, position[0], target, at, count);
            position[0] += count;
            return count;
        };
    }

    private List<Received> readAll(FrameReader.Source source) throws IOException {
        List<Received> read = new ArrayList<>();
        while (true) {
            try {
                read.add(Received.of(reader.next(source)));
            } catch (SocketTimeoutException e) {
                // Asks again, as after any wait that was too short.
            } catch (EOFException e) {
                return read;
            }
        }
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void framesAreTheSameHoweverTheirBytesAreCut(
            @ForAll("frames") List<Frame> frames, @ForAll @IntRange(min = 1, max = 200_000) int piece)
            throws IOException {
        List<Received> read = readAll(pieces(FrameArbitraries.stream(frames), piece));
        assertThat(read).isEqualTo(frames.stream().map(Received::of).toList());
        assertThat(reader.isWithinFrame()).isFalse();
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void whatIsNoFrameIsOneTypedErrorAfterTheFramesBeforeIt(
            @ForAll("frames") List<Frame> frames,
            @ForAll byte[] junk,
            @ForAll @IntRange(min = 1, max = 100_000) int piece)
            throws IOException {
        byte[] stream = FrameArbitraries.stream(frames);
        byte[] all = ByteBuffer.allocate(stream.length + junk.length)
                .put(stream)
                .put(junk)
                .array();
        List<Received> read = new ArrayList<>();
        FrameReader.Source source = pieces(all, piece);
        try {
            while (true) {
                try {
                    read.add(Received.of(reader.next(source)));
                } catch (SocketTimeoutException e) {
                    // Asks again, as after any wait that was too short.
                }
            }
        } catch (ChunkServerException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        } catch (EOFException e) {
            assertThat(reader.isWithinFrame()).isEqualTo(junk.length > 0);
        }
        assertThat(read).isEqualTo(frames.stream().map(Received::of).toList());
    }

    @Property(tries = 100)
    void aFrameInPiecesTakesMemoryForWhatCameAndNotForWhatWasAnnounced(
            @ForAll @IntRange(min = 1, max = 400_000) int come) {
        byte[] stream = FrameArbitraries.stream(
                List.of(Frame.of(FrameType.RESPONSE, 1, ByteBuffer.allocate(Frame.MAX_HEADER_BYTES))));
        int[] position = {0};
        assertThatThrownBy(() -> reader.next((target, at, length) -> {
                    int count = Math.min(length, come - position[0]);
                    if (count == 0) {
                        throw new EOFException();
                    }
                    System.arraycopy(stream, position[0], target, at, count);
                    position[0] += count;
                    return count;
                }))
                .isInstanceOf(EOFException.class);
        assertThat(reader.capacity()).isLessThanOrEqualTo(Math.max(FrameReader.CAPACITY, 2 * come));
    }

    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void theMemoryOfALongFrameIsGivenBackAfterIt(@ForAll @IntRange(min = 1, max = 100_000) int piece)
            throws IOException {
        Frame small = Frame.of(FrameType.RESPONSE, 2, ByteBuffer.allocate(10));
        Frame large = Frame.of(FrameType.RESPONSE, 1, ByteBuffer.allocate(Frame.MAX_HEADER_BYTES));
        assertThat(readAll(pieces(FrameArbitraries.stream(List.of(large)), piece)))
                .hasSize(1);
        assertThat(readAll(pieces(FrameArbitraries.stream(List.of(small)), piece)))
                .hasSize(1);
        assertThat(reader.capacity()).isEqualTo(FrameReader.CAPACITY);
    }
}
