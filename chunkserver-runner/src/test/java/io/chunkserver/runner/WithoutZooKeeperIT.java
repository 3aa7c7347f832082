package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs and servers where no ZooKeeper is, or none that answers. */
class WithoutZooKeeperIT {

    @TempDir
    private Path directory;

    @Test
    void anEnsembleThatIsNoneIsNamedAndAServerServesWithoutIt() throws Exception {
        RunnerJar.Outcome outcome = Cli.run("status", "--zookeeper", "no-such-host.invalid");
        assertThat(outcome.exitCode()).isEqualTo(5);
        assertThat(outcome.err()).contains("no-such-host.invalid does not resolve");
        assertThat(outcome.err().lines().filter(line -> line.contains("Exception")))
                .as("stack traces of ZooKeeper's client")
                .isEmpty();
        try (ServerProcess lone =
                ServerProcess.start(directory.resolve("lone"), "--zookeeper", "no-such-host.invalid:1")) {
            WorkedCluster.eventually(() -> lone.log().contains("host no-such-host.invalid does not resolve"));
            assertThat(Cli.answer("status", "--server", lone.address())
                            .get("masters")
                            .get(0)
                            .get("registered")
                            .asBoolean())
                    .isFalse();
        }
    }

    @Test
    void nobodyLoadsZooKeeperWhoDoesNotUseIt() throws Exception {
        Path loaded = directory.resolve("classes");
        Process help = new ProcessBuilder(
                        RunnerJar.command(List.of("-Xlog:class+load:file=" + loaded), "serve", "--help"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(help.waitFor()).isZero();
        assertNoneOfZooKeeper(loaded);
        Path served = directory.resolve("served");
        try (ServerProcess server =
                ServerProcess.startWith(List.of("-Xlog:class+load:file=" + served), directory.resolve("plain"))) {
            Cli.answer("status", "--server", server.address());
        }
        assertNoneOfZooKeeper(served);
    }

    private static void assertNoneOfZooKeeper(Path log) throws IOException {
        assertThat(Files.readAllLines(log))
                .anyMatch(line -> line.contains("io.chunkserver.runner.Main"))
                .noneMatch(line -> line.contains("org.apache.zookeeper.") || line.contains("org.apache.curator."));
    }
}
