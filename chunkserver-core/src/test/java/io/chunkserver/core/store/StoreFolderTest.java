package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class StoreFolderTest {

    private final StoreFolder folder = StoreFolder.found();

    @Test
    void nobodyIsAloneWhileOrAfterAnotherChanges() {
        long seen = folder.quietChanges().orElseThrow();
        folder.begin();
        assertThat(folder.beginAlone(seen)).isFalse();
        folder.end(true);
        assertThat(folder.beginAlone(seen)).isFalse();
        assertThat(folder.beginAlone(seen + 1)).isTrue();
        assertThat(folder.beginAlone(seen + 1)).isFalse();
    }

    @Test
    void aChangeBeginsOnlyAfterWhoIsAlone() throws InterruptedException {
        List<String> order = new CopyOnWriteArrayList<>();
        assertThat(folder.beginAlone(0)).isTrue();
        Thread other = new Thread(() -> {
            folder.begin();
            order.add("begun");
        });
        other.start();
        while (other.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        order.add("ended");
        folder.end(true);
        other.join();
        assertThat(order).containsExactly("ended", "begun");
        assertThat(folder.quietChanges()).isEmpty();
    }
}
