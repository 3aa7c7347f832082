package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.testkit.ChunkArbitraries;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** P14: what is encoded is decoded; any bytes are a footer or one typed error. */
class ChunkFileFormatProperties {

    private static final Path FILE = Path.of("file");
    private static final long MAGIC = 0x4348554E4B454E44L;

    @Provide
    Arbitrary<ChunkFooter> footers() {
        Arbitrary<Integer> checksums = Arbitraries.integers();
        Arbitrary<Long> lengths = Arbitraries.longs().between(0, ChunkFileFormat.MAX_CHUNK_BYTES);
        return Combinators.combine(ChunkArbitraries.stageRequests(), lengths, checksums, checksums)
                .as((request, length, dataCrc, tableCrc) -> new ChunkFooter(
                        request.chunk(),
                        request.version(),
                        request.key(),
                        request.epoch(),
                        request.tombstone(),
                        request.durability(),
                        request.tombstone() ? 0 : length,
                        dataCrc,
                        tableCrc,
                        request.attributes()));
    }

    @Provide
    Arbitrary<byte[]> garbage() {
        return ChunkArbitraries.garbage();
    }

    private static ByteBuffer encode(ChunkFooter footer) {
        ByteBuffer target = ByteBuffer.allocate(ChunkFileFormat.tailBytes(footer));
        ChunkFileFormat.encode(footer, target);
        return target.flip();
    }

    @Property
    void whatIsEncodedIsDecoded(@ForAll("footers") ChunkFooter footer) throws IOException {
        ByteBuffer tail = encode(footer);
        long fileBytes = footer.info().storedBytes();

        assertThat(ChunkFileFormat.tailBytes(tail, fileBytes, FILE)).isEqualTo(tail.remaining());
        assertThat(ChunkFileFormat.decode(tail, fileBytes, FILE)).isEqualTo(footer);
        assertThat(fileBytes)
                .isEqualTo(footer.lengthBytes() + ChunkFileFormat.tableBytes(footer.lengthBytes()) + tail.remaining());
    }

    @Property
    void anyChangedBitIsDamage(@ForAll("footers") ChunkFooter footer, @ForAll @IntRange int place) {
        ByteBuffer tail = encode(footer);
        int bit = place % (tail.remaining() * 8);
        tail.put(bit / 8, (byte) (tail.get(bit / 8) ^ 1 << bit % 8));

        assertThatThrownBy(() -> ChunkFileFormat.decode(tail, footer.info().storedBytes(), FILE))
                .isInstanceOf(ChunkServerException.Corrupt.class);
    }

    @Property
    void anyBytesAreAFooterOrOneTypedError(@ForAll("garbage") byte[] bytes) {
        assertFooterOrTypedError(ByteBuffer.wrap(bytes), bytes.length);
    }

    @Property
    void anyBytesWithAnIntactTrailerAreAFooterOrOneTypedError(@ForAll("garbage") byte[] bytes) {
        assertFooterOrTypedError(sealed(bytes), bytes.length + ChunkFileFormat.TRAILER_BYTES);
    }

    @Property
    void aFooterWithAnyByteChangedOnPurposeIsAFooterOrOneTypedError(
            @ForAll("footers") ChunkFooter footer, @ForAll @IntRange int place, @ForAll byte value) {
        ByteBuffer tail = encode(footer);
        byte[] bytes = new byte[tail.remaining() - ChunkFileFormat.TRAILER_BYTES];
        tail.get(bytes);
        bytes[place % bytes.length] = value;

        assertFooterOrTypedError(sealed(bytes), footer.info().storedBytes());
    }

    private static ByteBuffer sealed(byte[] footer) {
        ByteBuffer tail = ByteBuffer.allocate(footer.length + ChunkFileFormat.TRAILER_BYTES);
        tail.put(footer).putInt(footer.length);
        return tail.putInt(Crc32c.of(tail.duplicate().flip())).putLong(MAGIC).flip();
    }

    private static void assertFooterOrTypedError(ByteBuffer tail, long fileBytes) {
        try {
            ChunkFooter footer = ChunkFileFormat.decode(tail, fileBytes, FILE);
            assertThat(footer.info().storedBytes()).isEqualTo(fileBytes);
        } catch (ChunkServerException expected) {
            assertThat(expected).hasMessageContaining("file");
        }
    }
}
