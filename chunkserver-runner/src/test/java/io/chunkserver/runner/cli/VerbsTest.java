package io.chunkserver.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.runner.config.ConfigLoader;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

class VerbsTest {

    /** The list of verbs shows the first entry of a description alone, and each begins a new line, wherever a terminal breaks it. */
    @Test
    void eachEntryOfADescriptionOrFooterIsMadeOfWholeSentences() {
        Console nowhere = new Console(
                InputStream.nullInputStream(), OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
        RootCommand root = new RootCommand();
        ConfigReader config = new ConfigReader(root.global(), new ConfigLoader(Map.of()), Map.of());

        all(new Verbs(nowhere, config).on(root, "")).forEach(command -> {
            UsageMessageSpec usage = command.getCommandSpec().usageMessage();
            assertThat(Stream.of(usage.description(), usage.footer())
                            .flatMap(Stream::of)
                            .filter(entry -> !entry.isEmpty()))
                    .as("help of %s", command.getCommandSpec().qualifiedName())
                    .allSatisfy(entry -> assertThat(entry).matches("(?s)[A-Z].*[.]"));
        });
    }

    private static Stream<CommandLine> all(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(VerbsTest::all));
    }
}
