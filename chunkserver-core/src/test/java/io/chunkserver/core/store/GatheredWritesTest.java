package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Which blocks of a file are written together and how, and that each byte lies where it belongs. */
class GatheredWritesTest {

    private static final int BLOCK = BlockLayout.BLOCK_BYTES;
    private static final int GATHERED = GatheredWrites.GATHERED_BYTES;

    private final GatheredWrites.Buffers buffers = new GatheredWrites.Buffers(1);
    private final RecordedFile file = new RecordedFile();
    private Instant now = Instant.EPOCH;
    private final WriteWays ways = new WriteWays(() -> now);

    /** A file that remembers what was written and how; the cache takes its time. */
    private final class RecordedFile implements DiskFile {

        private final byte[] bytes = new byte[4 * GATHERED];
        private final List<String> writes = new ArrayList<>();
        private boolean direct = true;
        private long size;

        @Override
        public long size() {
            return size;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer source, long position) {
            writes.add("cached " + position + " " + source.remaining());
            now = now.plus(Duration.ofMillis(1));
            return take(source, position);
        }

        @Override
        public boolean writeDirectly(ByteBuffer source, long position) {
            if (direct) {
                assertThat(source.isDirect()).isTrue();
                assertThat(source.alignmentOffset(0, DIRECT_ALIGNMENT)).isZero();
                assertThat(position % DIRECT_ALIGNMENT).isZero();
                writes.add("direct " + position + " " + source.remaining());
                take(source, position);
            }
            return direct;
        }

        private int take(ByteBuffer source, long position) {
            int count = source.remaining();
            source.get(bytes, (int) position, count);
            size = Math.max(size, position + count);
            return count;
        }

        @Override
        public void truncate(long sizeBytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force() {}

        @Override
        public void beginWriteBack() {}

        @Override
        public void close() {}
    }

    /** Writes so many bytes in blocks; returns after how many of these the cache had new bytes. */
    private int write(GatheredWrites writes, int length) throws IOException {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        int cached = 0;
        for (int from = 0; from < length; from += BLOCK) {
            cached += writes.write(ByteBuffer.wrap(content, from, Math.min(BLOCK, length - from))) ? 1 : 0;
        }
        writes.flush();
        assertThat(file.size).isEqualTo(length);
        assertThat(file.bytes).startsWith(content);
        return cached;
    }

    @Test
    void whatFillsABufferGoesPastTheCacheAndTheRestDoesNot() throws IOException {
        int length = 2 * GATHERED + 3 * BLOCK + 5;
        assertThat(write(GatheredWrites.durable(file, buffers), length)).isZero();
        assertThat(file.writes)
                .containsExactly(
                        "direct 0 " + GATHERED,
                        "direct " + GATHERED + " " + GATHERED,
                        "cached " + 2 * GATHERED + " " + (3 * BLOCK + 5));
    }

    @Test
    void aFileThatEndsWithABufferHasNoRest() throws IOException {
        write(GatheredWrites.durable(file, buffers), GATHERED);
        assertThat(file.writes.get(0)).isEqualTo("direct 0 " + GATHERED);
        assertThat(file.writes).allMatch(write -> write.startsWith("direct") || write.endsWith(" 0"));
    }

    @Test
    void lessThanABlockIsWrittenAsItComes() throws IOException {
        assertThat(write(GatheredWrites.durable(file, buffers), 7)).isOne();
        assertThat(file.writes).containsExactly("cached 0 7");
    }

    /** It is asked once for each file, with what was gathered, which is written then. */
    @Test
    void whereTheDiskCannotEachBlockIsWrittenAsItComes() throws IOException {
        file.direct = false;
        assertThat(write(GatheredWrites.durable(file, buffers), GATHERED + 2 * BLOCK))
                .isEqualTo(3);
        assertThat(file.writes)
                .containsExactly(
                        "cached 0 " + GATHERED,
                        "cached " + GATHERED + " " + BLOCK,
                        "cached " + (GATHERED + BLOCK) + " " + BLOCK);
    }

    /** Which is bounded, and may be taken by others at this moment. */
    @Test
    void withoutMemoryOutsideTheHeapEachBlockIsWrittenAsItComesAndALaterFileIsGathered() throws IOException {
        AtomicBoolean exhausted = new AtomicBoolean(true);
        GatheredWrites.Buffers scarce = new GatheredWrites.Buffers(1, bytes -> {
            if (exhausted.get()) {
                throw new OutOfMemoryError("Direct buffer memory");
            }
            return ByteBuffer.allocateDirect(bytes);
        });
        write(GatheredWrites.durable(file, scarce), GATHERED);
        assertThat(file.writes).hasSize(GATHERED / BLOCK).allMatch(write -> write.startsWith("cached"));

        exhausted.set(false);
        file.writes.clear();
        write(GatheredWrites.durable(file, scarce), GATHERED);
        assertThat(file.writes.get(0)).isEqualTo("direct 0 " + GATHERED);
    }

    @Test
    void soManyFilesAsAllowedHaveABufferUntilTheyAreClosed() throws IOException {
        GatheredWrites first = GatheredWrites.durable(file, buffers);
        assertThat(first.write(ByteBuffer.allocate(BLOCK))).isFalse();
        GatheredWrites second = GatheredWrites.durable(file, buffers);
        assertThat(second.write(ByteBuffer.allocate(BLOCK)))
                .as("the second goes through the cache")
                .isTrue();
        first.close();
        first.close();
        GatheredWrites third = GatheredWrites.durable(file, buffers);
        assertThat(third.write(ByteBuffer.allocate(BLOCK))).isFalse();
        GatheredWrites fourth = GatheredWrites.durable(file, buffers);
        assertThat(fourth.write(ByteBuffer.allocate(BLOCK)))
                .as("it was given back once")
                .isTrue();
    }

    @Test
    void aBufferIsGivenBackWhenTheFileIsComplete() throws IOException {
        for (int turn = 0; turn < 3; turn++) {
            file.writes.clear();
            write(GatheredWrites.durable(file, buffers), GATHERED + BLOCK);
            assertThat(file.writes).first().isEqualTo("direct 0 " + GATHERED);
        }
    }

    private GatheredWrites unforced() {
        return GatheredWrites.unforced(file, buffers, ways);
    }

    @Test
    void whatIsNotForcedIsGatheredAndGoesItsWay() throws IOException {
        assertThat(write(unforced(), 3 * GATHERED + BLOCK + 5)).isOne();
        assertThat(file.writes)
                .containsExactly(
                        "cached 0 " + GATHERED,
                        "direct " + GATHERED + " " + GATHERED,
                        "direct " + 2 * GATHERED + " " + GATHERED,
                        "cached " + 3 * GATHERED + " " + (BLOCK + 5));
        file.writes.clear();
        file.size = 0;
        write(unforced(), GATHERED);
        assertThat(file.writes.get(0)).as("what is known counts for all files").isEqualTo("direct 0 " + GATHERED);
    }

    @Test
    void whatIsNotForcedLiesWhereItBelongsWhateverItsLength() throws IOException {
        for (int around : List.of(BLOCK, GATHERED, 2 * GATHERED, 4 * GATHERED - 7)) {
            for (int length = around - 7; length <= around + 7; length += 7) {
                file.size = 0;
                write(unforced(), length);
            }
        }
        assertThat(file.writes).anyMatch(write -> write.startsWith("direct"));
        assertThat(file.writes).anyMatch(write -> write.equals("cached 0 " + GATHERED));
    }

    /** They are gathered all the same, unlike what is forced. */
    @Test
    void whereTheDiskCannotPiecesThatAreNotForcedGoThroughTheCache() throws IOException {
        file.direct = false;
        assertThat(write(unforced(), 3 * GATHERED + BLOCK)).isEqualTo(3);
        assertThat(file.writes)
                .containsExactly(
                        "cached 0 " + GATHERED,
                        "cached " + GATHERED + " " + GATHERED,
                        "cached " + 2 * GATHERED + " " + GATHERED,
                        "cached " + 3 * GATHERED + " " + BLOCK);
    }

    @Test
    void withoutABufferWhatIsNotForcedIsWrittenAsItComes() throws IOException {
        GatheredWrites first = unforced();
        assertThat(first.write(ByteBuffer.allocate(BLOCK))).isFalse();
        write(unforced(), 2 * BLOCK);
        assertThat(file.writes).containsExactly("cached 0 " + BLOCK, "cached " + BLOCK + " " + BLOCK);
        first.close();
    }
}
