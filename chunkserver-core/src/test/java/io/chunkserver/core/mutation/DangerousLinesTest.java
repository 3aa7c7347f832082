package io.chunkserver.core.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The list is as the product is: whoever moves a dangerous line is told to move it there too. */
class DangerousLinesTest {

    static List<DangerousLine> lines() {
        return DangerousLines.all();
    }

    @ParameterizedTest
    @MethodSource("lines")
    void theLineStandsInTheProductOnce(DangerousLine line) throws IOException {
        assertThat(line.mutate(DangerousLinesMutation.SOURCES)).contains(line.instead());
    }
}
