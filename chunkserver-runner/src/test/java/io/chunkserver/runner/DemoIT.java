package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.runner.RunnerJar.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {

    @TempDir
    private Path directory;

    @Test
    void tellsTheWholeStoryAndHolds() throws IOException {
        Path file = Files.write(directory.resolve("real"), new byte[200_000]);
        Outcome outcome = RunnerJar.run("demo", file.toString());
        assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("four chunk servers are up", "/demo/real#0", "/demo/real#2", "two phases", "SIGKILL")
                .contains("SHA-256 before and after", "3 copies again", "no transaction is left open");
        // Reads that found the killed server gone say so, and nothing else is said there.
        assertThat(outcome.err().lines()).allMatch(line -> line.contains("Failover: "));
    }
}
