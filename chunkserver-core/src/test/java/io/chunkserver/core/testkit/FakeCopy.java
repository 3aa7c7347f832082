package io.chunkserver.core.testkit;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.CopySink;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A published version of a {@link FakeReplica}. */
final class FakeCopy {

    private final ChunkInfo info;
    private final Attributes attributes;
    private final byte[] content;

    FakeCopy(ChunkInfo info, Attributes attributes, byte[] content) {
        this.info = info;
        this.attributes = attributes;
        this.content = content;
    }

    boolean holds(ChunkVersion version, TransactionId transaction) {
        return info.version().isNewerThan(version)
                || (info.version().equals(version) && info.transaction().equals(transaction));
    }

    CompletionStage<Void> give(ChunkVersion atLeast, long offset, CopySink sink) {
        if (atLeast.isNewerThan(info.version())) {
            return CompletableFuture.failedFuture(
                    Failure.of(ErrorCode.VERSION_CONFLICT, "chunk " + info.id() + " has only version " + info.version())
                            .toException());
        }
        CompletionStage<Void> given = sink.begin(info, attributes);
        int end = BlockLayout.blockCount(content.length);
        for (int block = offset >= content.length ? end : BlockLayout.blockAt(offset); block < end; block++) {
            int number = block;
            given = given.thenCompose(done -> sink.write(CheckedBlock.of(block(number))));
        }
        return given;
    }

    private ByteBuffer block(int number) {
        return ByteBuffer.wrap(
                        content, number * BlockLayout.BLOCK_BYTES, BlockLayout.blockLength(number, content.length))
                .slice();
    }
}
