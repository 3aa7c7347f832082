package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkFileFormatTest {

    private static final Path FILE = Path.of("chunks", "file.chunk");

    private static final ChunkFooter FOOTER = new ChunkFooter(
            new ChunkId("/a/é", 3),
            new ChunkVersion(2),
            new StageKey(new TransactionId("client-1", 1700000000000L, 7), new Attempt(5, 6)),
            9,
            false,
            Durability.SYNC,
            0,
            0,
            0,
            new Attributes(Map.of("k", "v")));

    private static byte[] encode(ChunkFooter footer) {
        ByteBuffer target = ByteBuffer.allocate(ChunkFileFormat.tailBytes(footer));
        ChunkFileFormat.encode(footer, target);
        assertThat(target.hasRemaining()).isFalse();
        return target.array();
    }

    private static ChunkFooter decode(byte[] tail) throws IOException {
        return ChunkFileFormat.decode(ByteBuffer.wrap(tail), tail.length, FILE);
    }

    private static void assertRefused(byte[] tail, ErrorCode code) {
        assertThatThrownBy(() -> decode(tail))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(FILE.toString());
    }

    /** Makes the checksum fit again after bytes were changed on purpose. */
    private static byte[] sealed(byte[] tail) {
        ByteBuffer buffer = ByteBuffer.wrap(tail);
        int covered = tail.length - ChunkFileFormat.TRAILER_BYTES + Integer.BYTES;
        buffer.putInt(covered, Crc32c.of(buffer.duplicate().limit(covered)));
        return tail;
    }

    private static byte[] withInt(int offset, int value) {
        byte[] tail = encode(FOOTER);
        ByteBuffer.wrap(tail).putInt(offset, value);
        return sealed(tail);
    }

    @Test
    void theFooterLooksLikeThis() {
        String client = HexFormat.of().formatHex("client-1".getBytes(StandardCharsets.US_ASCII));
        String footer = "00000001" + "00000002"
                + "0000000000000002" + "0000000000000009" + "0000000000000000" + "00000000" + "00000000"
                + "0000018bcfe56800" + "0000000000000007" + "08" + client + "00".repeat(64 - 8)
                + "0000000000000005" + "0000000000000006"
                + "00000003" + "0005" + "2f612fc3a9"
                + "0001" + "0001" + "6b" + "0001" + "76";
        String length = HexFormat.of().toHexDigits(footer.length() / 2, 8);
        String crc = HexFormat.of()
                .toHexDigits(Crc32c.of(ByteBuffer.wrap(HexFormat.of().parseHex(footer + length))));

        assertThat(HexFormat.of().formatHex(encode(FOOTER))).isEqualTo(footer + length + crc + "4348554e4b454e44");
    }

    @Test
    void anyChangedBitIsDamage() {
        byte[] tail = encode(FOOTER);
        for (int bit = 0; bit < tail.length * 8; bit++) {
            byte[] changed = tail.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(changed, ErrorCode.CORRUPT);
        }
    }

    @Test
    void anyTruncationIsDamage() {
        byte[] tail = encode(FOOTER);
        for (int length = 0; length < tail.length; length++) {
            byte[] shorter = new byte[length];
            System.arraycopy(tail, tail.length - length, shorter, 0, length);
            assertRefused(shorter, ErrorCode.CORRUPT);
            System.arraycopy(tail, 0, shorter, 0, length);
            assertRefused(shorter, ErrorCode.CORRUPT);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, FORMAT_TOO_NEW", "2147483647, FORMAT_TOO_NEW", "0, FORMAT_TOO_OLD"})
    void anotherFormatIsToldFromDamage(int format, ErrorCode code) {
        assertRefused(withInt(0, format), code);
    }

    @Test
    void aNewerFormatIsKnownWhateverElseItHolds() {
        ByteBuffer newer = ByteBuffer.allocate(4 + ChunkFileFormat.TRAILER_BYTES);
        newer.putInt(2).putInt(4).putInt(0).putLong(0x4348554E4B454E44L);

        assertRefused(sealed(newer.array()), ErrorCode.FORMAT_TOO_NEW);
    }

    @ParameterizedTest
    @CsvSource({
        "4, 4", // an unknown flag
        "12, 0", // version 0
        "16, -1", // epoch below 0
        "24, -1", // length below 0
        "24, 1", // length of more than the limit
        "28, 1", // a byte of data that the file does not hold
        "56, 2147483647", // a client of 127 bytes
        "140, -1", // index below 0
    })
    void valuesThatCannotBeAreDamageAlsoWithAChecksumThatFits(int offset, int value) {
        assertRefused(withInt(offset, value), ErrorCode.CORRUPT);
    }

    @Test
    void lengthsInsideTheFooterDoNotReachBeyondIt() {
        byte[] tail = encode(FOOTER);
        int pathLength = tail.length - ChunkFileFormat.TRAILER_BYTES - 2 - 6 - 5 - 2;
        ByteBuffer.wrap(tail).putShort(pathLength, (short) -1);
        assertRefused(sealed(tail), ErrorCode.CORRUPT);
    }

    @Test
    void textThatIsNotUtf8IsDamage() {
        byte[] tail = encode(FOOTER);
        tail[tail.length - ChunkFileFormat.TRAILER_BYTES - 1] = (byte) 0xFF;
        assertRefused(sealed(tail), ErrorCode.CORRUPT);
    }

    @Test
    void bytesAfterTheLastFieldAreDamage() {
        byte[] tail = encode(FOOTER);
        byte[] longer = new byte[tail.length + 1];
        int footer = tail.length - ChunkFileFormat.TRAILER_BYTES;
        System.arraycopy(tail, 0, longer, 0, footer);
        System.arraycopy(tail, footer, longer, footer + 1, ChunkFileFormat.TRAILER_BYTES);
        ByteBuffer.wrap(longer).putInt(footer + 1, footer + 1);
        assertRefused(sealed(longer), ErrorCode.CORRUPT);
    }

    @Test
    void aFooterOfAnotherFileSizeIsDamage() {
        byte[] tail = encode(FOOTER);
        assertThatThrownBy(() -> ChunkFileFormat.decode(ByteBuffer.wrap(tail), tail.length + 1L, FILE))
                .isInstanceOf(ChunkServerException.Corrupt.class)
                .hasMessageContaining(String.valueOf(tail.length));
    }

    @Test
    void aTombstoneWithBytesIsDamage() throws IOException {
        assertThat(decode(withInt(4, 1)).tombstone()).isTrue();
        assertThatThrownBy(() -> new ChunkFooter(
                        FOOTER.chunk(),
                        FOOTER.version(),
                        FOOTER.key(),
                        0,
                        true,
                        Durability.OS,
                        1,
                        0,
                        0,
                        Attributes.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSizeOnDiskDoesNotDependOnTheTransaction() {
        ChunkFooter other = new ChunkFooter(
                FOOTER.chunk(),
                FOOTER.version(),
                new StageKey(new TransactionId("c".repeat(64), 0, Long.MAX_VALUE), new Attempt(1, 1)),
                0,
                false,
                Durability.OS,
                0,
                0,
                0,
                FOOTER.attributes());

        assertThat(encode(other)).hasSameSizeAs(encode(FOOTER));
        assertThat(ChunkFileFormat.storedBytes(FOOTER.chunk(), FOOTER.attributes(), 65537))
                .isEqualTo(65537 + 2 * 4 + encode(FOOTER).length);
    }
}
