package io.chunkserver.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
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
    void aPathIsAsLongAsItsBytes(@ForAll @StringLength(max = 20) String text) {
        CharsetEncoder strict = StandardCharsets.UTF_8.newEncoder();
        if (strict.canEncode(text)) {
            assertThat(Utf8.length(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        } else {
            assertThatIllegalArgumentException().isThrownBy(() -> Utf8.length(text));
        }
    }

    @Property
    void aPathIsRefusedForItsSegments(@ForAll("paths") String path) {
        String relative = path.startsWith("/") ? path.substring(1) : path;
        boolean allowed = Arrays.stream(relative.split("/", -1))
                .noneMatch(segment -> List.of("", ".", "..").contains(segment));
        assertThatCode(() -> new ChunkId(path, 0))
                .satisfies(thrown -> assertThat(thrown == null).as(path).isEqualTo(allowed));
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.strings().withChars('/', '.', 'a').ofMaxLength(8);
    }

    @Property
    void aClientIsItsCharactersAlone(@ForAll @StringLength(max = 70) @CharRange(from = '+', to = '~') String client) {
        assertThatCode(() -> new TransactionId(client, 0, 0))
                .satisfies(thrown -> assertThat(thrown == null).isEqualTo(client.matches("[A-Za-z0-9._-]{1,64}")));
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
