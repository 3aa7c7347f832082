package io.chunkserver.transport.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.checksum.BlockBuffers;
import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ByteRange;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A range of a chunk on its way out: whole blocks, each compared with its stored checksum, by which the client compares it again
 * (guarantee C1). So damage is found by the server whose it is, whoever reads.
 *
 * <p>At most one step runs at a time, on a worker. It reads and sends until enough frames are unsent and ends then; a frame that
 * was sent starts the next one. The step owns the reader and closes it in all cases.
 *
 * <p>What is said of the range leaves with the first block, and the end with the last one. Over plain TCP the answer to a read within one
 * block is then one write here and one read there, and wakes each thread on the way once.
 */
final class OutgoingContent implements Exchange {

    private static final Logger LOG = LoggerFactory.getLogger(OutgoingContent.class);

    private final Request.Read request;
    private final Answer answer;
    private final BlockBuffers<ByteBuffer> buffers;
    private final int maxUnsent;
    private final Executor diskThreads;

    /** A step runs or will run; at first the one that opens the chunk. */
    @GuardedBy("this")
    private boolean stepping = true;

    @GuardedBy("this")
    private int unsent;

    @GuardedBy("this")
    private @Nullable Failure stopped;

    // What follows is the step's own.

    private @Nullable Future<?> deadline;
    private @Nullable ChunkReader reader;

    /** Tells of the range; leaves with its first block. */
    private @Nullable Frame head;

    private int nextBlock;
    private int endBlock;
    private long sentBytes;
    private int crc32c;

    OutgoingContent(
            Request.Read request,
            Answer answer,
            BlockBuffers<ByteBuffer> buffers,
            int maxUnsent,
            Executor diskThreads) {
        this.request = request;
        this.answer = answer;
        this.buffers = buffers;
        this.maxUnsent = maxUnsent;
        this.diskThreads = diskThreads;
    }

    /**
     * Begins.
     *
     * @param newDeadline cancels this exchange when its time is over
     */
    void open(CompletionStage<ChunkReader> opening, Future<?> newDeadline) {
        deadline = newDeadline;
        opening.whenComplete((opened, thrown) -> {
            if (thrown != null) {
                close();
                answer.failure(thrown);
                return;
            }
            reader = opened;
            run(() -> announce(opened));
        });
    }

    private void announce(ChunkReader opened) {
        long chunkBytes = opened.info().lengthBytes();
        long offset = request.offset();
        Long asked = request.length();
        if (offset > chunkBytes || (asked != null && asked > chunkBytes - offset)) {
            finish(Failure.of(
                    ErrorCode.RANGE_NOT_SATISFIABLE,
                    "chunk " + request.chunk() + " has " + chunkBytes + " bytes; " + (asked == null ? "all" : asked)
                            + " bytes from offset " + offset + " on were asked for"));
            return;
        }
        ByteRange range = new ByteRange(offset, asked == null ? chunkBytes - offset : asked);
        nextBlock = BlockLayout.blockAt(offset);
        endBlock = range.length() == 0 ? nextBlock : BlockLayout.blockAt(range.end() - 1) + 1;
        head = Messages.response(
                answer.requestId(),
                new Response.Content(opened.info(), opened.attributes(), nextBlock, offset, range.length()));
        step();
    }

    private void step() {
        ChunkReader open = reader;
        if (open == null) {
            return;
        }
        try {
            while (nextBlock < endBlock) {
                synchronized (this) {
                    if (stopped != null) {
                        break;
                    }
                    if (unsent == maxUnsent) {
                        stepping = false;
                        return;
                    }
                    unsent++;
                }
                send(open);
            }
            if (reader != null) {
                // The end did not leave with a last block: there is none, or the exchange was stopped before it.
                finish(stopReason());
            }
        } catch (IOException e) {
            close();
            answer.failure(ChunkServerException.ofRead(e));
        } catch (RuntimeException e) {
            close();
            answer.failure(e);
        }
    }

    private void send(ChunkReader open) throws IOException {
        ByteBuffer buffer = buffers.take().clear();
        open.read(nextBlock, buffer);
        buffer.flip();
        int crc = open.blockChecksum(nextBlock);
        nextBlock++;
        sentBytes += buffer.remaining();
        crc32c = Crc32c.combine(crc32c, crc, buffer.remaining());
        List<Frame> frames = begun();
        frames.add(Frame.data(answer.requestId(), buffer, crc));
        if (nextBlock < endBlock) {
            answer.send(frames).whenComplete((sent, thrown) -> {
                buffers.give(buffer);
                sent(thrown == null);
            });
        } else {
            close();
            frames.add(end());
            answer.last(frames, () -> buffers.give(buffer));
        }
    }

    /** What leaves before a block: at first what is said of the range, later nothing. */
    private List<Frame> begun() {
        List<Frame> frames = new ArrayList<>(3);
        if (head != null) {
            frames.add(head);
            head = null;
        }
        return frames;
    }

    private Frame end() {
        return Messages.end(answer.requestId(), new End(sentBytes, crc32c));
    }

    private void sent(boolean connected) {
        synchronized (this) {
            unsent--;
            if (!connected && stopped == null) {
                stopped = Failure.of(ErrorCode.CANCELLED, "the connection is closed");
            }
            if (stepping || unsent > maxUnsent / 2) {
                return;
            }
            stepping = true;
        }
        run(this::step);
    }

    private void finish(@Nullable Failure why) {
        close();
        if (why == null) {
            List<Frame> frames = begun();
            frames.add(end());
            answer.last(frames, () -> {});
        } else {
            answer.failure(why);
        }
    }

    /** Stays with {@link #stepping} on, so that nothing starts another step. */
    private void close() {
        if (deadline != null) {
            deadline.cancel(false);
        }
        ChunkReader open = reader;
        reader = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.warn("chunk {} could not be closed after a read", request.chunk(), e);
            }
        }
    }

    @Override
    public void data(Frame frame) {
        frame.release().run();
    }

    @Override
    public void end(Frame frame) {
        // A read carries no blocks to the server.
    }

    /** The client hears at once; the step, if one waits for the disk, ends when it can. */
    @Override
    public void cancel(Failure why) {
        answer.failure(why);
        synchronized (this) {
            if (stopped == null) {
                stopped = why;
            }
            if (stepping) {
                return;
            }
            stepping = true;
        }
        run(this::step);
    }

    private synchronized @Nullable Failure stopReason() {
        return stopped;
    }

    private void run(Runnable step) {
        try {
            diskThreads.execute(step);
        } catch (RejectedExecutionException e) {
            // What is not read yet never will be.
            close();
            answer.failure(
                    Failure.of(ErrorCode.DRAINING, "the server is closed; chunk " + request.chunk() + " is not read")
                            .toException(e));
        }
    }
}
