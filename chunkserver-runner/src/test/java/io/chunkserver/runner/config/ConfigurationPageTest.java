package io.chunkserver.runner.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** CONFIGURATION.md names every setting as the code does, and no other. */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of(System.getProperty("basedir", ""), "..", "CONFIGURATION.md");

    @Test
    void theTableListsEverySettingAsItIs() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.contains(Setting.VARIABLE_PREFIX) && line.startsWith("| "))
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(
                        Settings.ALL.stream().map(ConfigurationPageTest::row).toList());
    }

    private static String row(Setting<?> setting) {
        return String.join(
                " | ",
                "| " + setting.option().map(ConfigurationPageTest::code).orElse(""),
                code(setting.variable()),
                code("[" + setting.table() + "] " + setting.key()),
                setting.standardText().map(ConfigurationPageTest::code).orElse(""),
                setting.allowed(),
                setting.purpose() + " |");
    }

    private static String code(String text) {
        return "`" + text + "`";
    }
}
