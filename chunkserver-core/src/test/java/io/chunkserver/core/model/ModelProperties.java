package io.chunkserver.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.Callable;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;

/** Reading any text gives a value that writes the same text, or one kind of refusal. */
class ModelProperties {

    @Property
    void chunkIds(@ForAll @StringLength(max = 40) String text, @ForAll int index) {
        readsOrRefuses(() -> ChunkId.parse(text + "#" + index), text + "#" + index);
        readsOrRefuses(() -> ChunkId.parse(text), text);
    }

    @Property
    void transactionIds(@ForAll String text, @ForAll @LongRange(min = -2) long started, @ForAll long sequence) {
        readsOrRefuses(() -> TransactionId.parse(text), text);
        String id = "client:" + started + ":" + sequence;
        readsOrRefuses(() -> TransactionId.parse(id), id);
    }

    @Property
    void attempts(@ForAll long boot, @ForAll long counter) {
        String attempt = boot + "." + counter;
        readsOrRefuses(() -> Attempt.parse(attempt), attempt);
    }

    @Property
    void aRangeNeverEndsBeforeItBegins(@ForAll long offset, @ForAll long length) {
        assertThatCode(() -> assertThat(new ByteRange(offset, length).end()).isGreaterThanOrEqualTo(offset))
                .satisfiesAnyOf(
                        thrown -> assertThat(thrown).isNull(),
                        thrown -> assertThat(thrown).isInstanceOf(IllegalArgumentException.class));
    }

    private static void readsOrRefuses(Callable<?> read, String text) {
        try {
            assertThat(read.call()).hasToString(text);
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageNotContaining("null");
        } catch (Exception other) {
            throw new AssertionError("reading \"" + text + "\" failed in an undocumented way", other);
        }
    }
}
