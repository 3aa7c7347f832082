package io.chunkserver.transport.server;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.replication.CopySink;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A published version on its way to another server: the sink that the replica writes to sends what it is given, and takes the next block
 * when the one before was sent.
 */
final class OutgoingCopy implements Exchange, CopySink {

    private final Request.Fetch request;
    private final Answer answer;

    /** Why nothing more is sent; what the replica does then is only to close its file. */
    private volatile @Nullable Failure stopped;

    // One call of the replica comes after the other.

    private long sentBytes;
    private int crc32c;

    OutgoingCopy(Request.Fetch request, Answer answer) {
        this.request = request;
        this.answer = answer;
    }

    /**
     * Begins.
     *
     * @param deadline cancels this exchange when its time is over
     */
    void open(Replica replica, Future<?> deadline) {
        replica.fetch(request.chunk(), request.atLeast(), request.offset(), this)
                .whenComplete((copied, thrown) -> {
                    deadline.cancel(false);
                    if (thrown == null) {
                        answer.last(Messages.end(answer.requestId(), new End(sentBytes, crc32c)));
                    } else {
                        answer.failure(thrown);
                    }
                });
    }

    @Override
    public CompletionStage<Void> begin(ChunkInfo info, Attributes attributes) {
        long offset = Math.min(request.offset(), info.lengthBytes());
        return send(Messages.response(
                answer.requestId(),
                new Response.Content(
                        info, attributes, BlockLayout.blockAt(offset), offset, info.lengthBytes() - offset)));
    }

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        sentBytes += block.lengthBytes();
        crc32c = Crc32c.combine(crc32c, block.crc32c(), block.lengthBytes());
        return send(Frame.data(answer.requestId(), block.data(), block.crc32c()));
    }

    private CompletionStage<Void> send(Frame frame) {
        Failure why = stopped;
        return why == null ? answer.send(frame) : CompletableFuture.failedFuture(why.toException());
    }

    @Override
    public void data(Frame frame) {
        frame.release().run();
    }

    @Override
    public void end(Frame frame) {
        // A copy carries no blocks to the server.
    }

    /** The client hears at once. */
    @Override
    public void cancel(Failure why) {
        stopped = why;
        answer.failure(why);
    }
}
