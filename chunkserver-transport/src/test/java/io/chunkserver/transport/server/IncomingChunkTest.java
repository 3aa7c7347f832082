package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Response;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A chunk on its way in, with a sink whose outcome comes when the test says so. */
class IncomingChunkTest {

    private static final int WINDOW_BLOCKS = 4;

    private final List<String> calls = new ArrayList<>();
    private final List<Frame> answers = new ArrayList<>();
    private final List<CompletableFuture<Void>> writes = new ArrayList<>();
    private final CompletableFuture<Response.Votes> outcome = new CompletableFuture<>();
    private final CompletableFuture<BlockSink> opening = new CompletableFuture<>();
    private final HeldConnection connection = new HeldConnection();
    private final IncomingChunk chunk = new IncomingChunk(
            new Answer(connection, 1, new ServerId("a"), (answer, last, gone, failure) -> answers.addAll(last)),
            new ReadingGate(connection),
            WINDOW_BLOCKS);
    private int released;

    IncomingChunkTest() {
        chunk.open(opening, Runnable::run);
    }

    @Test
    void whatComesAfterTheEndIsNeverAnsweredWithAFailureSinceTheStoreMayBeCommitted() throws Exception {
        opening.complete(new RecordingSink());
        chunk.data(block(10));
        chunk.end(end(10));
        assertThatThrownBy(() -> chunk.data(block(10)))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR))
                .hasMessageContaining("a block came after the end");
        assertThatThrownBy(() -> chunk.end(end(10))).hasMessageContaining("a second end came after the end");
        assertThat(calls).containsExactly("write 10", "finish 10");
        assertThat(answers).isEmpty();
        writes.get(0).complete(null);
        assertThat(released).isEqualTo(2);
    }

    @Test
    void aClientThatGoesAfterTheEndLeavesTheSinkToKnowIt() throws Exception {
        opening.complete(new RecordingSink());
        chunk.end(end(0));
        chunk.cancel(Failure.of(ErrorCode.CANCELLED, "gone"));
        assertThat(calls).containsExactly("finish 0", "cancel gone after the end");
    }

    @Test
    void blocksThatComeBeforeTheSinkWaitForIt() throws Exception {
        assertThat(connection.isReading()).isFalse();
        chunk.data(block(65_536));
        chunk.data(block(10));
        chunk.end(end(65_546));
        assertThat(calls).isEmpty();
        opening.complete(new RecordingSink());
        assertThat(calls).containsExactly("write 65536", "write 10", "finish 65546");
        assertThat(connection.isReading()).isTrue();
    }

    @Test
    void aClientThatGoesBeforeTheSinkIsThereIsToldToItAndItsBlocksAreReleased() throws Exception {
        chunk.data(block(65_536));
        chunk.cancel(Failure.of(ErrorCode.CANCELLED, "gone"));
        assertThat(released).isEqualTo(1);
        chunk.data(block(65_536));
        assertThat(released).isEqualTo(2);
        opening.complete(new RecordingSink());
        assertThat(calls).containsExactly("cancel gone before the end");
    }

    @Test
    void aSinkThatDoesNotComeIsToldOnceAndBlocksAreReleased() throws Exception {
        chunk.data(block(65_536));
        opening.completeExceptionally(
                Failure.of(ErrorCode.UNREACHABLE, "nobody is there").toException());
        chunk.data(block(65_536));
        chunk.end(end(131_072));
        assertThat(released).isEqualTo(2);
        assertThat(answers).hasSize(1);
        assertThat(Messages.error(answers.get(0)).message()).isEqualTo("nobody is there");
        assertThat(connection.isReading()).isTrue();
    }

    @Test
    void readingStopsAtTheWindowAndGoesOnAtHalfOfIt() throws Exception {
        opening.complete(new RecordingSink());
        for (int i = 0; i < WINDOW_BLOCKS; i++) {
            assertThat(connection.isReading()).isTrue();
            chunk.data(block(65_536));
        }
        assertThat(connection.isReading()).isFalse();
        writes.get(0).complete(null);
        assertThat(connection.isReading()).isFalse();
        writes.get(1).complete(null);
        assertThat(connection.isReading()).isTrue();
        assertThat(released).isEqualTo(2);
    }

    private Frame block(int lengthBytes) {
        ByteBuffer body = ByteBuffer.allocate(lengthBytes);
        Frame frame = Frame.data(1, body, Crc32c.of(body));
        return new Frame(
                frame.type(), 1, frame.header(), frame.body(), frame.bodyCrc32c(), () -> released = released + 1);
    }

    private static Frame end(long lengthBytes) {
        return Messages.end(1, new End(lengthBytes, 0));
    }

    private final class RecordingSink implements BlockSink {

        @Override
        public CompletionStage<Void> write(CheckedBlock block) {
            calls.add("write " + block.data().remaining());
            CompletableFuture<Void> written = new CompletableFuture<>();
            writes.add(written);
            return written;
        }

        @Override
        public void finish(long lengthBytes, int crc32c) {
            calls.add("finish " + lengthBytes);
        }

        @Override
        public void cancel(Failure why, boolean finished) {
            calls.add("cancel " + why.message() + (finished ? " after the end" : " before the end"));
        }

        @Override
        public CompletionStage<Response.Votes> outcome() {
            return outcome;
        }
    }
}
