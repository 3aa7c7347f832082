package io.chunkserver.transport.server;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A chunk on its way into the server. Blocks are handed on without being copied; their frames are released when the sink is done
 * with them.
 *
 * <p>The sink comes later than the request, for the other members are asked first who they are. Until then reading is held off, and
 * what was read already waits here.
 *
 * <p>Everything runs on the connection's sequence.
 */
final class IncomingChunk implements Exchange {

    private final Answer answer;
    private final ReadingGate gate;
    private final ReceiveWindow window;
    private final Queue<Frame> early = new ArrayDeque<>();
    private @Nullable BlockSink sink;
    private @Nullable End end;
    private @Nullable Failure cancelled;
    private boolean shortBlockSeen;
    private boolean failed;

    IncomingChunk(Answer answer, ReadingGate gate, int windowBlocks) {
        this.answer = answer;
        this.gate = gate;
        this.window = new ReceiveWindow(gate, windowBlocks);
    }

    /** Waits for the sink. */
    void open(CompletionStage<BlockSink> opening, Executor sequence) {
        gate.hold();
        opening.whenComplete((opened, thrown) -> sequence.execute(() -> {
            if (thrown == null) {
                opened(opened);
            } else {
                failed = true;
                answer.failure(thrown);
                dropEarly();
            }
            gate.release();
        }));
    }

    private void opened(BlockSink opened) {
        sink = opened;
        answer.with(opened.outcome());
        if (cancelled != null) {
            opened.cancel(cancelled, false);
            dropEarly();
            return;
        }
        for (Frame frame = early.poll(); frame != null; frame = early.poll()) {
            write(opened, frame);
        }
        if (end != null) {
            opened.finish(end.lengthBytes(), end.crc32c());
        }
    }

    @Override
    public void data(Frame frame) throws ChunkServerException {
        if (end != null) {
            frame.release().run();
            throw afterTheEnd("a block");
        }
        String defect = defect(frame);
        BlockSink opened = sink;
        if (failed || cancelled != null) {
            frame.release().run();
        } else if (defect != null) {
            frame.release().run();
            refuse(Failure.of(ErrorCode.PROTOCOL_ERROR, defect));
        } else if (opened == null) {
            early.add(frame);
        } else {
            write(opened, frame);
        }
    }

    private @Nullable String defect(Frame frame) {
        int lengthBytes = frame.body().remaining();
        String defect = null;
        if (lengthBytes == 0) {
            defect = "a block without bytes came";
        } else if (shortBlockSeen) {
            defect = "a block followed one of less than " + BlockLayout.BLOCK_BYTES
                    + " bytes, which only the last block may have";
        }
        shortBlockSeen = lengthBytes < BlockLayout.BLOCK_BYTES;
        return defect;
    }

    private void write(BlockSink opened, Frame frame) {
        window.taken();
        opened.write(new CheckedBlock(frame.body(), frame.bodyCrc32c())).whenComplete((written, thrown) -> {
            frame.release().run();
            window.done();
        });
    }

    @Override
    public void end(Frame frame) throws ChunkServerException {
        if (end != null) {
            throw afterTheEnd("a second end");
        }
        End newEnd;
        try {
            newEnd = Messages.end(frame);
        } catch (ChunkServerException e) {
            refuse(e.failure());
            return;
        }
        end = newEnd;
        if (sink != null && cancelled == null) {
            sink.finish(newEnd.lengthBytes(), newEnd.crc32c());
        }
    }

    @Override
    public boolean awaitsBlocks() {
        return sink != null && end == null && cancelled == null;
    }

    @Override
    public void cancel(Failure why) {
        if (cancelled == null) {
            cancelled = why;
            if (sink != null) {
                sink.cancel(why, end != null);
            }
            dropEarly();
        }
    }

    /** After its end a store may be committed: any answer but its outcome would be a lie (guarantee A4). */
    private static ChunkServerException afterTheEnd(String what) {
        return Failure.of(ErrorCode.PROTOCOL_ERROR, what + " came after the end of the chunk")
                .toException();
    }

    private void refuse(Failure why) {
        cancel(why);
        answer.failure(why);
    }

    private void dropEarly() {
        for (Frame frame = early.poll(); frame != null; frame = early.poll()) {
            frame.release().run();
        }
    }
}
