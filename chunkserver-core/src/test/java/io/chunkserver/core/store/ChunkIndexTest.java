package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ChunkIndexTest {

    private static ChunkInfo info(String path, int index, long version) {
        return new ChunkInfo(
                new ChunkId(path, index),
                new ChunkVersion(version),
                new TransactionId("client", 1, version),
                0,
                10,
                7,
                100,
                false);
    }

    @Nested
    class Restored {

        private final ChunkInfo first = info("a", 2, 1);
        private final ChunkInfo second = info("a", 10, 3);
        private final ChunkInfo third = info("b", 0, 2);
        private final ChunkIndex index = new ChunkIndex();

        @Test
        void hasAllInTheirOrder() {
            index.restore(List.of(first, second, third));

            assertThat(index.all()).containsExactly(first, second, third);
            assertThat(index.find(second.id())).contains(second);
            assertThat(index.list("", first.id(), 10)).containsExactly(second, third);
            assertThat(index.snapshot()).isEqualTo(new StoreSnapshot(3, 0, 300));
        }

        @Test
        void goesOnAsAnyOther() {
            index.restore(List.of(first, third));
            ChunkInfo newer = info("b", 0, 5);

            index.advance(second);
            index.advance(newer);
            index.advance(third);
            index.remove(first);

            assertThat(index.all()).containsExactly(second, newer);
            assertThat(index.snapshot()).isEqualTo(new StoreSnapshot(2, 0, 200));
        }

        @Test
        void putsThemInOrderAndKeepsTheNewestWhereTheyAreNotSorted() {
            ChunkInfo newer = info("b", 0, 5);

            index.restore(List.of(second, newer, third, first));

            assertThat(index.all()).containsExactly(first, second, newer);
            assertThat(index.snapshot()).isEqualTo(new StoreSnapshot(3, 0, 300));
        }

        @Test
        void keepsTheNewestOfOneChunk() {
            ChunkInfo newer = info("b", 0, 5);

            index.restore(List.of(first, newer, third));

            assertThat(index.all()).containsExactly(first, newer);
        }
    }
}
