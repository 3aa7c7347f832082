package io.chunkserver.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkIdTest {

    @ParameterizedTest
    @ValueSource(strings = {"a#0", "/data/file.bin#7", "a#b#3", "dir/\u00e4\u4e16\ud83d\ude00#2147483647", "..a/b..#1"})
    void readsWhatItWrites(String text) {
        assertThat(ChunkId.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#",
                "#0",
                "file",
                "file#",
                "file#x",
                "file#-1",
                "file#2147483648",
                "../etc/passwd#0",
                "a/../b#0",
                "a/./b#0",
                "a//b#0",
                "a/#0",
                "/#0",
                "//a#0",
                "a\u0000b#0",
                "a\nb#0",
                "\ud83d#0"
            })
    void refusesWhatIsNoChunkId(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ChunkId.parse(text));
    }

    @Test
    void namesAnIndexBelowZero() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ChunkId("file", -5))
                .withMessageContaining("-5")
                .withMessageContaining("file");
    }

    @Test
    void refusesAPathThatIsTooLongInBytesAndDoesNotRepeatItAll() {
        new ChunkId("x".repeat(ChunkId.MAX_PATH_BYTES), 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ChunkId("\u00e4".repeat(ChunkId.MAX_PATH_BYTES / 2) + "x", 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChunkId.parse("y".repeat(10_000) + "#0"))
                .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(300))
                .withMessageContaining("10000");
    }

    @Test
    void ordersByPathThenIndex() {
        assertThat(ChunkId.parse("a#10")).isGreaterThan(ChunkId.parse("a#9")).isLessThan(ChunkId.parse("b#0"));
    }
}
