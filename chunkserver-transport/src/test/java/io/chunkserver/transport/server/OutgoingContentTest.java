package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.BlockBuffers;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A chunk on its way out, over a connection that sends when its test says so, read in the test's own thread. */
class OutgoingContentTest {

    private static final int BLOCK = 65_536;
    private static final int BLOCKS = 30;
    private static final int MAX_UNSENT = 8;
    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");

    private final HeldConnection connection = new HeldConnection();
    private final List<Frame> lasts = new ArrayList<>();
    private final CompletableFuture<Void> deadline = new CompletableFuture<>();
    private final NumberedReader reader = new NumberedReader();
    private final BlockBuffers<ByteBuffer> buffers = BlockBuffers.direct(MAX_UNSENT);
    private Executor diskThreads = Runnable::run;
    private final OutgoingContent content = reading(0, null);
    private Runnable lastsGone = () -> {};

    @Test
    void aClientThatTakesNothingHoldsUpTheReadingOfTheDisk() throws Exception {
        open();
        assertThat(blocks()).isEqualTo(MAX_UNSENT);
        assertThat(reader.reads).isEqualTo(MAX_UNSENT);
        assertThat(types(connection.sends().get(0)))
                .as("what is said of the range leaves with the first block")
                .containsExactly(FrameType.RESPONSE, FrameType.DATA);
        for (int i = 1; i < MAX_UNSENT / 2; i++) {
            connection.letGo();
            assertThat(blocks())
                    .as("blocks sent while more than half are unsent")
                    .isEqualTo(MAX_UNSENT);
        }
        for (int sent = MAX_UNSENT / 2; sent < BLOCKS; sent++) {
            connection.letGo();
            assertThat(blocks() - sent).as("blocks that are unsent").isBetween(0, MAX_UNSENT);
        }
        assertThat(blocks()).isEqualTo(BLOCKS);
        assertThat(types(lasts))
                .as("the last block leaves with the end")
                .containsExactly(FrameType.DATA, FrameType.END);
        End end = Messages.end(lasts.get(1));
        assertThat(end).isEqualTo(new End((long) BLOCKS * BLOCK, NumberedReader.crc32c()));
        assertOver();
    }

    @Test
    void aSmallReadIsAnsweredAtOnceAndKeepsItsBufferUntilThatIsSent() {
        reading(3L * BLOCK, 100L).open(CompletableFuture.completedFuture(reader), deadline);
        assertThat(connection.frames()).isEmpty();
        assertThat(types(lasts)).containsExactly(FrameType.RESPONSE, FrameType.DATA, FrameType.END);
        assertOver();
        ByteBuffer sending = lasts.get(1).body();
        assertThat(buffers.take().clear())
                .as("a buffer while one is being sent")
                .isNotSameAs(sending);
        lastsGone.run();
        assertThat(buffers.take().clear()).as("a buffer when all are sent").isSameAs(sending);
    }

    @Test
    void aReadOfNothingIsAnsweredWithoutABlock() throws Exception {
        reading((long) BLOCKS * BLOCK, 0L).open(CompletableFuture.completedFuture(reader), deadline);
        assertThat(types(lasts)).containsExactly(FrameType.RESPONSE, FrameType.END);
        assertThat(Messages.end(lasts.get(1))).isEqualTo(new End(0, 0));
        assertOver();
    }

    @Test
    void aConnectionThatClosesEndsTheReadAndTheReader() {
        open();
        connection.close();
        assertThat(blocks()).isEqualTo(MAX_UNSENT);
        assertOver();
    }

    /** Its endpoint may go on for a while, and the client need not wait for the end of its time. */
    @Test
    void whoReadsWhileTheServerIsClosedIsToldSo() throws Exception {
        open();
        diskThreads = task -> {
            throw new RejectedExecutionException("closed");
        };
        for (int sent = 0; sent < MAX_UNSENT; sent++) {
            connection.letGo();
        }
        Failure failure = Messages.error(lasts.get(0));
        assertThat(failure.code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(failure.message()).contains(CHUNK.toString());
        assertOver();
    }

    @Test
    void aClientThatGivesUpIsToldAtOnceAndTheReaderIsClosed() throws Exception {
        open();
        content.cancel(Failure.of(ErrorCode.CANCELLED, "no longer wanted"));
        assertThat(Messages.error(lasts.get(0)).message()).isEqualTo("no longer wanted");
        assertThat(blocks()).isEqualTo(MAX_UNSENT);
        assertOver();
        connection.close();
    }

    @Test
    void aBlockThatCannotBeReadIsToldAfterThoseThatCould() throws Exception {
        reader.failsAt = 3;
        open();
        assertThat(blocks()).isEqualTo(3);
        assertThat(lasts).hasSize(1);
        assertThat(Messages.error(lasts.get(0)).code()).isEqualTo(ErrorCode.CORRUPT);
        assertOver();
    }

    @Test
    void aChunkThatCannotBeOpenedIsTold() throws Exception {
        content.open(
                CompletableFuture.failedFuture(
                        Failure.of(ErrorCode.CHUNK_NOT_FOUND, "not here").toException()),
                deadline);
        assertThat(Messages.error(lasts.get(0)).code()).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
        assertThat(deadline).isCancelled();
    }

    @Test
    void aClientThatGivesUpBeforeTheChunkIsOpenLeavesNoReader() {
        CompletableFuture<ChunkReader> opening = new CompletableFuture<>();
        content.open(opening, deadline);
        content.cancel(Failure.of(ErrorCode.CANCELLED, "no longer wanted"));
        opening.complete(reader);
        assertThat(blocks()).isZero();
        assertOver();
    }

    private OutgoingContent reading(long offset, @Nullable Long length) {
        Answer answer = new Answer(connection, 1, new ServerId("a"), (ended, last, gone, failure) -> {
            lasts.addAll(last);
            lastsGone = gone;
        });
        Request.Read request = new Request.Read(CHUNK, offset, length, ReadMode.COMMITTED, Duration.ofSeconds(20));
        return new OutgoingContent(request, answer, buffers, MAX_UNSENT, task -> diskThreads.execute(task));
    }

    private static List<FrameType> types(List<Frame> frames) {
        return frames.stream().map(Frame::type).toList();
    }

    private void open() {
        content.open(CompletableFuture.completedFuture(reader), deadline);
    }

    private void assertOver() {
        assertThat(reader.closed).as("reader is closed").isTrue();
        assertThat(deadline).isCancelled();
    }

    private int blocks() {
        return (int) Stream.concat(connection.frames().stream(), lasts.stream())
                .filter(frame -> frame.type() == FrameType.DATA)
                .count();
    }

    /** A chunk whose blocks hold their numbers. */
    private static final class NumberedReader implements ChunkReader {

        private int reads;
        private int failsAt = BLOCKS;
        private boolean closed;

        @Override
        public ChunkInfo info() {
            return new ChunkInfo(
                    CHUNK,
                    new ChunkVersion(1),
                    new TransactionId("client", 1, 1),
                    0,
                    (long) BLOCKS * BLOCK,
                    crc32c(),
                    (long) BLOCKS * BLOCK,
                    false);
        }

        @Override
        public Attributes attributes() {
            return Attributes.NONE;
        }

        @Override
        public int blockChecksum(int block) {
            return Crc32c.of(bytes(block));
        }

        @Override
        public void readUnverified(int block, ByteBuffer target) throws IOException {
            assertThat(closed).as("read after the end").isFalse();
            if (block == failsAt) {
                throw Failure.of(ErrorCode.CORRUPT, "the file ends before block " + block)
                        .toException();
            }
            reads++;
            target.put(bytes(block));
        }

        @Override
        public void read(int block, ByteBuffer target) throws IOException {
            readUnverified(block, target);
        }

        @Override
        public void close() {
            closed = true;
        }

        private static int crc32c() {
            int crc = 0;
            for (int block = 0; block < BLOCKS; block++) {
                crc = Crc32c.combine(crc, Crc32c.of(bytes(block)), BLOCK);
            }
            return crc;
        }

        private static ByteBuffer bytes(int block) {
            return ByteBuffer.allocate(BLOCK).putInt(0, block);
        }
    }
}
