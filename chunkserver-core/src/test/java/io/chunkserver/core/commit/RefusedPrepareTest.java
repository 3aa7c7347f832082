package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RefusedPrepareTest {

    private static final Vote NO = Vote.no(new ServerId("a"), Failure.of(ErrorCode.BUSY, "not now"));

    private final RefusedPrepare refused = new RefusedPrepare(NO);

    @Test
    void theNoIsThereBeforeTheFirstByteAndStays() {
        assertThat(refused.votes().toCompletableFuture()).isCompletedWithValueMatching(votes -> votes.contains(NO));
        refused.cancel(Failure.of(ErrorCode.CANCELLED, "the sender is gone"));
        refused.finish(0, 0);

        assertThat(refused.votes().toCompletableFuture().join()).containsExactly(NO);
    }

    @Test
    void whatIsWrittenIsThrownAway() {
        assertThat(refused.write(CheckedBlock.of(ByteBuffer.allocate(1))).toCompletableFuture())
                .isCompleted();
    }
}
