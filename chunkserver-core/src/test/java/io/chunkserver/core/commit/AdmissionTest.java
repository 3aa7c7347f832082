package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final long LIMIT = 1000;
    private static final Failure DRAINING = Failure.of(ErrorCode.DRAINING, "the server is being drained");
    private static final Failure LOG_DEFECT = Failure.of(ErrorCode.INTERNAL, "the log has ended");
    private static final Failure DISK_FAILED = Failure.of(ErrorCode.DISK_FAILED, "the disk is gone");

    private final Admission admission = new Admission(LIMIT);

    @Test
    void aChunkUpToTheLimitIsTakenAndALargerOneIsNot() {
        assertThat(admission.chunkSizeLimitBytes()).isEqualTo(LIMIT);
        assertThat(admission.refusal(Admission.Kind.STORE, CHUNK, LIMIT)).isEmpty();
        assertThat(admission.refusal(Admission.Kind.STORE, CHUNK, LIMIT + 1)).hasValueSatisfying(why -> {
            assertThat(why.code()).isEqualTo(ErrorCode.CHUNK_TOO_LARGE);
            assertThat(why.message()).contains(CHUNK.toString(), "1001", "1000");
        });
        assertThat(admission.closed()).isEmpty();
    }

    @Test
    void aClosedServerTakesNothingAndSaysWhyWhateverTheLength() {
        admission.close(DRAINING);

        assertThat(admission.closed()).contains(DRAINING);
        assertThat(admission.refusal(Admission.Kind.STORE, CHUNK, 1)).contains(DRAINING);
        assertThat(admission.refusal(Admission.Kind.STORE, CHUNK, LIMIT + 1)).contains(DRAINING);
    }

    @Test
    void theFirstReasonStays() {
        admission.close(DRAINING);
        admission.close(LOG_DEFECT);

        assertThat(admission.closed()).contains(DRAINING);
    }

    @Test
    void chunksAreTakenAgainOnlyWhenTheReasonThatEndsIsTheOneThatHolds() {
        List<String> changes = new ArrayList<>();
        admission.onClose(() -> changes.add(admission.closed().toString()));
        admission.close(DRAINING);
        admission.reopen(LOG_DEFECT);
        assertThat(admission.closed()).contains(DRAINING);
        admission.reopen(DRAINING);
        assertThat(admission.closed()).isEmpty();
        assertThat(changes).hasSize(2);

        admission.close(DRAINING);
        admission.close(DISK_FAILED);
        admission.reopen(DRAINING);
        assertThat(admission.closed()).contains(DISK_FAILED);
    }

    /** A drain may end; a failed disk stays failed until a restart (D3). */
    @Test
    void aFailedDiskOutweighsEveryOtherReasonAndIsOutweighedByNone() {
        admission.close(DRAINING);
        admission.close(DISK_FAILED);
        assertThat(admission.closed()).contains(DISK_FAILED);

        admission.close(Failure.of(ErrorCode.DISK_FAILED, "another disk is gone"));
        admission.close(LOG_DEFECT);
        assertThat(admission.closed()).contains(DISK_FAILED);
    }
}
