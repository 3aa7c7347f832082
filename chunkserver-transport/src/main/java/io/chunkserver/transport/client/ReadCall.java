package io.chunkserver.transport.client;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A read with all its tries. For one thread.
 *
 * <p>Every block is compared with its checksum before a byte of it is handed on, and all of them together with that of the end
 * (guarantee C1). A try that ends in the middle is taken up where it ended, as long as the server still has the same version. One
 * whose blocks are each right and together are not ends the call: blocks were lost, repeated or mixed up on the way, and they have been
 * handed on.
 */
final class ReadCall {

    private final BlockingPeers peers;
    private final ServerAddress server;
    private final ChunkId chunk;
    private final ReadOptions options;
    private final OutputStream target;

    /** What the first try was told, by which later ones must go. */
    private Response.@Nullable Content first;

    /** Bytes handed on until now. */
    private long delivered;

    /** Checksum of the whole blocks among them. */
    private int deliveredCrc32c;

    /** The block that was damaged in the try before, or -1. */
    private int damagedBlock = -1;

    ReadCall(BlockingPeers peers, ServerAddress server, ChunkId chunk, ReadOptions options, OutputStream target) {
        this.peers = peers;
        this.server = server;
        this.chunk = chunk;
        this.options = options;
        this.target = target;
    }

    ChunkInfo run(Retries retries, Duration timeout) throws IOException {
        return retries.run(timeout, this::attempt);
    }

    private ChunkInfo attempt(Duration left) throws IOException {
        long deadlineNanos = System.nanoTime() + left.toNanos();
        BlockingPeer peer = peers.take(server, left);
        boolean reused = peer.isReused();
        long before = delivered;
        try {
            return read(peer, deadlineNanos);
        } catch (ChunkServerException e) {
            // One that was idle and breaks before anything came had probably died before. What the server says names
            // it.
            boolean broken =
                    e.code() == ErrorCode.UNREACHABLE && e.failure().server().isEmpty();
            if (!reused || !broken || delivered != before) {
                throw e;
            }
        }
        return read(peers.connect(server, left(deadlineNanos)), deadlineNanos);
    }

    /** Reads as far as this connection brings it, and gives it back. */
    private ChunkInfo read(BlockingPeer peer, long deadlineNanos) throws IOException {
        try {
            peer.begin(request(left(deadlineNanos)));
            return copy(peer, deadlineNanos);
        } finally {
            peers.give(peer);
        }
    }

    private static Duration left(long deadlineNanos) {
        return Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
    }

    private Request.Read request(Duration left) {
        Response.Content known = first;
        long offset = options.offset() + delivered;
        Long length =
                options.length().isPresent() ? Long.valueOf(options.length().getAsLong()) : null;
        if (known != null) {
            length = known.length() - delivered;
        }
        return new Request.Read(chunk, offset, length, options.mode(), left);
    }

    private ChunkInfo copy(BlockingPeer peer, long deadlineNanos) throws IOException {
        Response.Content content = begun(next(peer, deadlineNanos));
        int block = content.firstBlock();
        long blockBytes = 0;
        int crc = 0;
        while (true) {
            Arrival arrival = next(peer, deadlineNanos);
            if (arrival instanceof Arrival.Block one) {
                Frame frame = one.frame();
                crc = Crc32c.combine(crc, frame.bodyCrc32c(), frame.body().remaining());
                blockBytes += frame.body().remaining();
                deliver(content, block, frame);
                block++;
            } else if (arrival instanceof Arrival.Done done) {
                check(content, done.end(), blockBytes, crc);
                return content.info();
            } else {
                throw failure(ErrorCode.PROTOCOL_ERROR, "answered a read twice").toException();
            }
        }
    }

    private Arrival next(BlockingPeer peer, long deadlineNanos) throws ChunkServerException {
        try {
            return peer.next(left(deadlineNanos));
        } catch (ChunkServerException e) {
            boolean ours = e.code() == ErrorCode.TIMEOUT && e.failure().server().isEmpty();
            throw ours
                    ? failure(ErrorCode.TIMEOUT, "sent " + delivered + " bytes of chunk " + chunk + " in time")
                            .toException(e)
                    : e;
        }
    }

    private Response.Content begun(Arrival arrival) throws ChunkServerException {
        if (!(arrival instanceof Arrival.Begun begun && begun.response() instanceof Response.Content content)) {
            throw failure(ErrorCode.PROTOCOL_ERROR, "answered a read with something else")
                    .toException();
        }
        Response.Content known = first;
        if (!content.info().id().equals(chunk)) {
            throw failure(
                            ErrorCode.PROTOCOL_ERROR,
                            "answered with chunk " + content.info().id() + " instead of chunk " + chunk)
                    .toException();
        }
        if (known == null) {
            first = content;
        } else if (!known.info().transaction().equals(content.info().transaction())) {
            throw failure(
                            ErrorCode.VERSION_CONFLICT,
                            "replaced version " + known.info().version() + " of chunk " + chunk + " by version "
                                    + content.info().version() + " while it was being read")
                    .withHint("read it again from the start")
                    .toException();
        }
        long expectedLength = known != null
                ? known.length() - delivered
                : options.length().orElse(content.info().lengthBytes() - options.offset());
        if (content.offset() != options.offset() + delivered
                || content.firstBlock() != BlockLayout.blockAt(content.offset())
                || content.length() != expectedLength) {
            throw failure(ErrorCode.PROTOCOL_ERROR, "answered with another range of chunk " + chunk + " than asked")
                    .toException();
        }
        return content;
    }

    /** Hands on the part of a block that was asked for. */
    private void deliver(Response.Content content, int block, Frame frame) throws IOException {
        ByteBuffer body = frame.body();
        int lengthBytes = body.remaining();
        long end = content.offset() + content.length();
        if (content.length() == 0
                || block > BlockLayout.blockAt(end - 1)
                || lengthBytes != BlockLayout.blockLength(block, content.info().lengthBytes())) {
            throw failure(
                            ErrorCode.PROTOCOL_ERROR,
                            "sent a block of chunk " + chunk + " that it cannot have or that nobody asked for")
                    .toException();
        }
        if (Crc32c.of(body) != frame.bodyCrc32c()) {
            throw damaged(block);
        }
        damagedBlock = -1;
        long start = (long) block * BlockLayout.BLOCK_BYTES;
        int from = (int) Math.max(0, content.offset() - start);
        int to = (int) Math.min(lengthBytes, end - start);
        target.write(body.array(), body.arrayOffset() + body.position() + from, to - from);
        delivered += to - from;
        if (to - from == lengthBytes) {
            deliveredCrc32c = Crc32c.combine(deliveredCrc32c, frame.bodyCrc32c(), lengthBytes);
        }
    }

    /** Once may have been the way; twice in a row is the server's copy. */
    private ChunkServerException damaged(int block) {
        boolean again = damagedBlock == block;
        damagedBlock = block;
        return failure(
                        again ? ErrorCode.CORRUPT : ErrorCode.CHECKSUM_MISMATCH,
                        "block " + block + " of chunk " + chunk + " from this server does not match its checksum")
                .withHint("read from another member")
                .toException();
    }

    /** Never a reason to take the read up where it ended: what was handed on is not to be trusted. */
    private void check(Response.Content content, End end, long blockBytes, int crc) throws ChunkServerException {
        ChunkInfo info = content.info();
        boolean allBlocks = blockBytes == info.lengthBytes();
        boolean allBytes = options.offset() == 0 && delivered == info.lengthBytes();
        if (end.lengthBytes() != blockBytes
                || end.crc32c() != crc
                || content.offset() + content.length() != options.offset() + delivered
                || (allBlocks && crc != info.crc32c())
                || (allBytes && deliveredCrc32c != info.crc32c())) {
            throw failure(
                            ErrorCode.CORRUPT,
                            "the blocks of chunk " + chunk + " do not match the checksum of all of them; the "
                                    + delivered + " bytes that were read are not to be trusted")
                    .withHint("read it again from the start, or from another member")
                    .toException();
        }
    }

    private Failure failure(ErrorCode code, String what) {
        return Failure.of(code, "server at " + server + ": " + what);
    }
}
