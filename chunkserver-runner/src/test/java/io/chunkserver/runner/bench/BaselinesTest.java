package io.chunkserver.runner.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaselinesTest {

    private final List<String> closed = new ArrayList<>();

    @Test
    void allAreClosedAlsoAfterOnesThatFail() {
        Baselines baselines = new Baselines();
        IOException first = new IOException("first");
        IOException second = new IOException("second");
        baselines.add("a", failing("a", first));
        baselines.add("b", failing("b", second));
        baselines.add("c", failing("c", null));
        assertThat(baselines.byName()).containsOnlyKeys("a", "b", "c");

        assertThatThrownBy(baselines::close).isSameAs(first).hasSuppressedException(second);
        assertThat(closed).containsExactly("a", "b", "c");
    }

    @Test
    void oneThatFailsLikeAnotherIsNoFailureOfItsOwn() {
        Baselines baselines = new Baselines();
        IOException same = new IOException("disk is gone");
        baselines.add("a", failing("a", same));
        baselines.add("b", failing("b", same));

        assertThatThrownBy(baselines::close).isSameAs(same).hasNoSuppressedExceptions();
    }

    private Workload failing(String name, IOException failure) {
        return new Workload() {
            @Override
            public Worker worker(int index) {
                throw new UnsupportedOperationException("nothing is measured here");
            }

            @Override
            public void close() throws IOException {
                closed.add(name);
                if (failure != null) {
                    throw failure;
                }
            }
        };
    }
}
