package io.chunkserver.runner.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {

    @ParameterizedTest
    @CsvSource({
        "kitten, sitting, 3",
        "'', abc, 3",
        "abc, '', 3",
        "same, same, 0",
        "lsiten, listen, 1",
        "ab, ba, 1",
        "sevre, serve, 1"
    })
    void countsEdits(String from, String to, int edits) {
        assertThat(NearestName.distance(from, to)).isEqualTo(edits);
    }

    @Test
    void findsTheNearestAndNothingFarAway() {
        List<String> names = List.of("listen", "durability", "x");
        assertThat(NearestName.of("lsiten", names)).contains("listen");
        assertThat(NearestName.of("durabilty", names)).contains("durability");
        assertThat(NearestName.of("colour", names)).isEmpty();
    }
}
