package io.chunkserver.runner.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileManifestTest {

    private static final ChunkId FIRST = new ChunkId("/f", 0);

    @ParameterizedTest
    @CsvSource({"0, 1, 0", "1, 1, 1", "9, 1, 9", "10, 1, 10", "11, 2, 1", "20, 2, 10", "21, 3, 1"})
    void cutsIntoChunksOfTen(long length, int chunks, long lastLength) {
        FileManifest manifest = new FileManifest(length, 10, "00");
        assertThat(manifest.chunkCount()).isEqualTo(chunks);
        assertThat(manifest.chunkLengthBytes(chunks - 1)).isEqualTo(lastLength);
    }

    @Test
    void attributesReadBack() throws Exception {
        FileManifest manifest = new FileManifest(12345678901L, 64, "ab");
        assertThat(FileManifest.of(FIRST, manifest.attributes())).isEqualTo(manifest);
    }

    @Test
    void chunkThatBeginsNoFileIsRefused() {
        List<Map<String, String>> others = List.of(
                Map.of(),
                Map.of("file.sha256", "ab"),
                Map.of("file.sha256", "ab", "file.lengthBytes", "-1", "file.chunkSizeBytes", "1"),
                Map.of("file.sha256", "ab", "file.lengthBytes", "many", "file.chunkSizeBytes", "1"));
        for (Map<String, String> values : others) {
            assertThatExceptionOfType(ChunkServerException.InvalidRequest.class)
                    .isThrownBy(() -> FileManifest.of(FIRST, new Attributes(values)))
                    .withMessageContaining("/f#0");
        }
    }

    @Test
    void moreChunksThanThereAreIndexesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FileManifest(1L << 40, 1, "00"));
    }
}
