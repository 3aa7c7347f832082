package io.chunkserver.transport.netty;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.Preamble;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of one connection into frames for the thread that reads them; {@link FrameDecoder} does it for event loops, whose frames are
 * given back at any time.
 *
 * <p>Bytes are read to where their frame is handed on from. Of a frame that has begun no more is read than its rest and 2 KiB, so that of the blocks
 * of a chunk, which come one after the other, at most that much is moved. It takes 66 KiB; while a longer frame comes, at most twice what has
 * come of it.
 *
 * <p>For one thread at a time.
 */
final class FrameReader {

    /** What may come along with a full block: all else that is said in the answer to a small read. */
    private static final int BESIDE_A_BLOCK = 2048;

    /** A frame with a full block, and that. */
    static final int CAPACITY = FrameFormat.PREAMBLE_BYTES + Frame.MAX_BODY_BYTES + BESIDE_A_BLOCK;

    /** Where bytes come from. */
    interface Source {

        /**
         * Waits for bytes.
         *
         * @return how many came, at least 1
         */
        int read(byte[] target, int at, int length) throws IOException;
    }

    /** What has come and was not handed on lies between begin and end. */
    private byte[] bytes = new byte[CAPACITY];

    private int begin;
    private int end;

    /** Of the frame that has begun, once it has come. */
    private @Nullable Preamble preamble;

    /** Whether the bytes up to now end within a frame. */
    boolean isWithinFrame() {
        return begin < end;
    }

    /** Memory in use. */
    int capacity() {
        return bytes.length;
    }

    /**
     * The next frame. When the source fails it can be asked for again.
     *
     * @return valid until the next call; its buffers have arrays, and need no release
     * @throws ChunkServerException with {@code PROTOCOL_ERROR} when what came is no frame; nothing can be read after it
     */
    Frame next(Source source) throws IOException {
        while (true) {
            Preamble known = begun();
            // What is not known yet is most likely one block, or all of a small answer.
            int wanted = known == null ? CAPACITY : frameBytes(known);
            if (known != null && end - begin >= wanted) {
                preamble = null;
                return cut(known);
            }
            makeRoom(wanted);
            int upTo = Math.min(bytes.length, begin + wanted + BESIDE_A_BLOCK);
            end += source.read(bytes, end, upTo - end);
        }
    }

    /** The preamble of the frame that has begun; null as long as it is not complete. */
    private @Nullable Preamble begun() throws ChunkServerException {
        if (preamble == null) {
            int known = Math.min(end - begin, FrameFormat.PREAMBLE_BYTES);
            ByteBuffer start = ByteBuffer.wrap(bytes, begin, known);
            FrameFormat.checkStart(start);
            preamble = known < FrameFormat.PREAMBLE_BYTES ? null : FrameFormat.decode(start);
        }
        return preamble;
    }

    private static int frameBytes(Preamble preamble) {
        return FrameFormat.PREAMBLE_BYTES + preamble.headerBytes() + preamble.bodyBytes();
    }

    private Frame cut(Preamble known) throws ChunkServerException {
        int headerAt = begin + FrameFormat.PREAMBLE_BYTES;
        ByteBuffer header = ByteBuffer.wrap(bytes, headerAt, known.headerBytes());
        FrameFormat.checkHeader(known, header);
        ByteBuffer body = ByteBuffer.wrap(bytes, headerAt + known.headerBytes(), known.bodyBytes());
        begin += frameBytes(known);
        return new Frame(known.type(), known.requestId(), header, body, known.bodyCrc32c(), () -> {});
    }

    /** Sees that there is room for all that is wanted, or at least for as much again as has come of it. */
    private void makeRoom(int wanted) {
        int come = end - begin;
        byte[] former = bytes;
        if (come == former.length) {
            bytes = new byte[Math.min(wanted, 2 * come)];
        } else if (come == 0 && former.length > CAPACITY) {
            bytes = new byte[CAPACITY];
        } else if (begin + wanted <= former.length) {
            return;
        }
        System.arraycopy(former, begin, bytes, 0, come);
        begin = 0;
        end = come;
    }
}
