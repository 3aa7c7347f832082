package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.BlockBuffers;
import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BlockFeederTest {

    private static final int BLOCKS = BlockFeeder.WINDOW_BLOCKS + 5;

    private final byte[] bytes = new byte[BLOCKS * BlockLayout.BLOCK_BYTES - 1];
    private final RecordingWriter writer = new RecordingWriter();

    BlockFeederTest() {
        new Random(1).nextBytes(bytes);
    }

    /** A buffer that is filled again while its write is under way would show in the bytes. */
    @Test
    void allBytesAreFedAndFinishedWithTheirLengthAndChecksum() throws IOException {
        BlockFeeder.feed(new ByteArrayInputStream(bytes), writer);

        assertThat(writer.taken()).isEqualTo(bytes);
        assertThat(writer.finishedLength).isEqualTo(bytes.length);
        assertThat(writer.finishedCrc32c).isEqualTo(Crc32c.of(ByteBuffer.wrap(bytes)));
        assertThat(writer.cancelled).isNull();
    }

    @Test
    void itWaitsForTheOldestWriteOnlyWhenTheWindowIsFull() throws IOException {
        BlockFeeder.feed(new ByteArrayInputStream(bytes), writer);

        // Before each further block, and once more to find the end.
        assertThat(writer.underWayAtWaits).hasSize(6).containsOnly((long) BlockFeeder.WINDOW_BLOCKS);
    }

    @Test
    void aWriterThatKeepsUpIsNeverWaitedForAndNeedsOneBuffer() throws IOException {
        writer.keepsUp = true;

        BlockFeeder.feed(new ByteArrayInputStream(bytes), writer);

        assertThat(writer.writes)
                .extracting(write -> write.block.data().array())
                .containsOnly(writer.buffer(0));
        assertThat(writer.finishedLength).isEqualTo(bytes.length);
    }

    /** One that is given back while its write is under way would be filled by the next store. */
    @Test
    void buffersAreUsedAgainWhenTheirWritesAreDone() throws IOException {
        BlockBuffers<byte[]> buffers = BlockBuffers.arrays(BLOCKS);
        BlockFeeder.feed(new ByteArrayInputStream(bytes, 0, BlockLayout.BLOCK_BYTES), writer, buffers);
        byte[] first = writer.buffer(0);
        // One more was taken to find the end of the source.
        assertThat(List.of(buffers.take(), buffers.take()))
                .as("while the only write is under way")
                .doesNotContain(first);

        writer.taken();
        assertThat(buffers.take()).as("when it is done").isSameAs(first);
    }

    @Test
    void aSourceThatFailsCancelsTheStore() {
        InputStream source = new FailingSource();

        assertThatThrownBy(() -> BlockFeeder.feed(source, writer)).hasMessage("the source is gone");

        assertThat(writer.cancelled).isNotNull();
        assertThat(writer.cancelled.code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(writer.cancelled.message()).contains("the source is gone");
        assertThat(writer.finishedLength).as("finished").isEqualTo(-1);
    }

    @Test
    void nothingIsReadForAStoreThatHasItsOutcome() throws IOException {
        ByteArrayInputStream source = new ByteArrayInputStream(bytes);
        writer.receipt.completeExceptionally(new IllegalStateException("refused"));

        BlockFeeder.feed(source, writer);

        assertThat(source.available()).isEqualTo(bytes.length);
    }

    private static final class FailingSource extends InputStream {

        @Override
        public int read() throws IOException {
            throw new IOException("the source is gone");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return read();
        }
    }

    /** Takes a block only when somebody waits for it, or all are written in the end. */
    private static final class RecordingWriter implements ChunkWriter {

        private final CompletableFuture<Receipt> receipt = new CompletableFuture<>();
        private final List<Write> writes = new ArrayList<>();
        private final List<Long> underWayAtWaits = new ArrayList<>();
        private final ByteArrayOutputStream target = new ByteArrayOutputStream();
        private boolean keepsUp;
        private long finishedLength = -1;
        private int finishedCrc32c;
        private @Nullable Failure cancelled;

        byte[] taken() {
            writes.forEach(Write::take);
            return target.toByteArray();
        }

        byte[] buffer(int write) {
            return writes.get(write).block.data().array();
        }

        @Override
        public CompletionStage<Void> write(CheckedBlock block) {
            Write write = new Write(block);
            writes.add(write);
            if (keepsUp) {
                write.take();
            }
            return write;
        }

        @Override
        public void finish(long lengthBytes, int crc32c) {
            finishedLength = lengthBytes;
            finishedCrc32c = crc32c;
        }

        @Override
        public CompletionStage<Receipt> receipt() {
            return receipt;
        }

        @Override
        public void cancel(Failure why) {
            cancelled = why;
        }

        private final class Write extends CompletableFuture<Void> {

            private final CheckedBlock block;

            Write(CheckedBlock block) {
                this.block = block;
            }

            @Override
            public Void join() {
                if (!isDone()) {
                    underWayAtWaits.add(
                            writes.stream().filter(write -> !write.isDone()).count());
                    take();
                }
                return super.join();
            }

            void take() {
                if (!isDone()) {
                    byte[] content = new byte[block.lengthBytes()];
                    block.data().duplicate().get(content);
                    target.writeBytes(content);
                    complete(null);
                }
            }
        }
    }
}
