package io.chunkserver.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerbDefaultTest {

    @ParameterizedTest
    @CsvSource({
        "'', serve",
        "--server_id chunk1 --x 10 --y 20 --space 2048, serve --server_id chunk1 --x 10 --y 20 --space 2048",
        "-c file.toml, -c file.toml serve",
        "-c file.toml --space 5, -c file.toml serve --space 5",
        "-cfile.toml -v, -cfile.toml -v serve",
        "--config=file.toml -o json --x 1, --config=file.toml -o json serve --x 1",
        "-qv --x 1, -qv serve --x 1",
        "-c, -c serve"
    })
    void serveIsPutInAfterGlobalOptions(String given, String expected) {
        assertThat(insertServe(given)).isEqualTo(words(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "serve --x 1",
        "status --server h:1",
        "-o json status",
        "-c file.toml chunk ls",
        "no-such-verb",
        "--help",
        "-V",
        "-q --help"
    })
    void verbsAndQuestionsStayAsTheyAre(String given) {
        assertThat(insertServe(given)).isEqualTo(words(given));
    }

    private static List<String> insertServe(String line) {
        return VerbDefault.insertServe(words(line));
    }

    private static List<String> words(String line) {
        return line.isEmpty() ? List.of() : Arrays.asList(line.split(" "));
    }
}
