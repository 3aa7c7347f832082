package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.runner.RunnerJar.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master and servers that answer only who knows their secret, as processes, and what the command line gets from them. */
class SecretIT {

    private static final String INTERVAL = "300ms";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int REFUSED = 13;

    @TempDir
    private Path directory;

    private final List<ServerProcess> processes = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        for (ServerProcess process : processes) {
            process.close();
        }
    }

    private Path secret(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private String start(ServerProcess process) {
        processes.add(process);
        return process.address();
    }

    @Test
    void whoeverKnowsTheSecretIsServedAndNobodyElse() throws Exception {
        String ours = secret("ours", "the secret of this cluster\n").toString();
        String others = secret("others", "the secret of another one\n").toString();
        String master = start(ServerProcess.startMaster(
                "--listen",
                "127.0.0.1:0",
                "--replication",
                "2",
                "--heartbeat-interval",
                INTERVAL,
                "--secret-file",
                ours));
        List<String> servers = new ArrayList<>();
        for (String id : List.of("s1", "s2")) {
            servers.add(start(ServerProcess.start(
                    directory.resolve(id),
                    "--server-id",
                    id,
                    "--master",
                    master,
                    "--heartbeat-interval",
                    INTERVAL,
                    "--secret-file",
                    ours)));
        }
        Path file = Files.writeString(directory.resolve("file"), "for those who know");
        await().atMost(PATIENCE)
                .until(() -> RunnerJar.run("put", file.toString(), "a", "--master", master, "--secret-file", ours)
                                .exitCode()
                        == 0);
        assertThat(RunnerJar.run("get", "a", "-", "--master", master, "--secret-file", ours)
                        .out())
                .isEqualTo("for those who know");

        for (String address : List.of(master, servers.get(0))) {
            String option = address.equals(master) ? "--master" : "--server";
            Outcome without = RunnerJar.run("status", option, address);
            assertThat(without.exitCode()).as(without.err()).isEqualTo(REFUSED);
            assertThat(without.err()).contains(address, "secret", "--secret-file");
            Outcome wrong = RunnerJar.run("status", option, address, "--secret-file", others);
            assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(REFUSED);
            assertThat(wrong.err())
                    .contains(address, "does not know the shared secret")
                    .doesNotContain("another one");
        }
    }

    @Test
    void aServerWithoutASecretIsNotTakenForOneThatKnowsIt() throws Exception {
        String open = start(ServerProcess.start(directory.resolve("open")));
        Outcome outcome = RunnerJar.run(
                "status",
                "--server",
                open,
                "--secret-file",
                secret("ours", "the secret of this cluster").toString());
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(REFUSED);
        assertThat(outcome.err()).contains(open, "was not given a shared secret");
    }

    @Test
    void aSecretThatCannotBeUsedIsNamedBeforeAnythingStarts() throws Exception {
        String weak = secret("weak", "hunter2").toString();
        for (String verb : List.of("serve", "master", "serve --check", "config check", "status --server h:1")) {
            List<String> arguments = new ArrayList<>(List.of(verb.split(" ")));
            arguments.addAll(List.of("--secret-file", weak));
            Outcome outcome = RunnerJar.run(arguments.toArray(String[]::new));
            assertThat(outcome.exitCode()).as(verb + ": " + outcome.err()).isEqualTo(3);
            assertThat(outcome.err()).contains(weak, "16 to 4096 bytes").doesNotContain("hunter2");
        }
    }
}
