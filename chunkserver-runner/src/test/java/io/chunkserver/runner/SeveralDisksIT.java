package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chunkserver.runner.RunnerJar.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with several data directories, as an operator has it: one is missing, given up, or its disk fails. */
class SeveralDisksIT {

    private static final int CHUNKS = 16;

    @TempDir
    private Path directory;

    private Path first;
    private Path second;
    private Path file;

    @BeforeEach
    void names() throws IOException {
        first = directory.resolve("first");
        second = directory.resolve("second");
        file = Files.writeString(directory.resolve("file"), "bytes that stay");
    }

    private ServerProcess start(String... more) throws IOException {
        return ServerProcess.startOn(List.of(first, second), more);
    }

    private void put(String server, int count) {
        for (int chunk = 0; chunk < count; chunk++) {
            Cli.answer("chunk", "put", file.toString(), "/f#" + chunk, "--server", server);
        }
    }

    private int readable(String server) {
        int count = 0;
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            Outcome read = Cli.run("chunk", "get", "/f#" + chunk, "-", "--server", server);
            count += read.exitCode() == 0 && read.out().equals("bytes that stay") ? 1 : 0;
        }
        return count;
    }

    private static JsonNode status(String server) {
        return Cli.answer("status", "--server", server);
    }

    @Test
    void chunksAreSpreadAndTheStatusTellsWhereTheyAre() throws IOException {
        try (ServerProcess server = start()) {
            put(server.address(), CHUNKS);
            JsonNode directories = status(server.address()).get("directories");
            assertThat(directories).hasSize(2);
            assertThat(directories.findValuesAsText("path")).containsExactly(first.toString(), second.toString());
            assertThat(directories.get(0).get("chunks").asInt()).isBetween(1, CHUNKS - 1);
            assertThat(directories.get(0).get("chunks").asInt()
                            + directories.get(1).get("chunks").asInt())
                    .isEqualTo(CHUNKS);
            assertThat(server.terminate()).isEqualTo(143);
        }
        try (ServerProcess server = ServerProcess.startOn(List.of(second, first))) {
            assertThat(readable(server.address())).isEqualTo(CHUNKS);
        }
        for (Path one : List.of(first, second)) {
            assertThat(Cli.run("fsck", one.toString()).exitCode()).isZero();
        }
    }

    @Test
    void aMissingDirectoryIsNamedAndCanBeGivenUp() throws IOException {
        try (ServerProcess server = start()) {
            put(server.address(), CHUNKS);
            server.terminate();
        }
        Outcome refused = RunnerJar.run("serve", "--data-dir", first.toString());
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err()).contains("has another data directory", first.toString());
        String missing = refused.err().replaceAll("(?s).*--give-up-directory ([0-9a-f-]+).*", "$1");

        try (ServerProcess server = ServerProcess.start(first, "--give-up-directory", missing)) {
            assertThat(server.log()).contains("gives up its directories", missing);
            assertThat(readable(server.address())).isBetween(1, CHUNKS - 1);
            put(server.address(), CHUNKS);
            assertThat(readable(server.address())).isEqualTo(CHUNKS);
            server.terminate();
        }
        Outcome returned = RunnerJar.run("serve", "--data-dirs", first.toString(), "--data-dirs", second.toString());
        assertThat(returned.exitCode()).isEqualTo(3);
        assertThat(returned.err()).contains(second.toString(), "was given up");
    }

    @Test
    void aDirectoryIsEmptiedWhileTheServerRunsAndThenLeftOut() throws IOException {
        String emptied;
        try (ServerProcess server = start()) {
            put(server.address(), CHUNKS);
            emptied = status(server.address())
                    .get("directories")
                    .get(1)
                    .get("uuid")
                    .asText();
            JsonNode after = Cli.answer("drain", "--directory", emptied, "--wait", "--server", server.address());
            assertThat(after.get("state").asText()).isEqualTo("ready");
            assertThat(after.get("directories").get(1).get("state").asText()).isEqualTo("draining");
            assertThat(after.get("directories").get(0).get("chunks").asInt()).isEqualTo(CHUNKS);
            assertThat(readable(server.address())).isEqualTo(CHUNKS);

            String other = after.get("directories").get(0).get("uuid").asText();
            Outcome last = Cli.run("drain", "--directory", other, "--server", server.address());
            assertThat(last.exitCode()).isEqualTo(2);
            assertThat(last.err()).contains("no other data directory");
            JsonNode resumed = Cli.answer("resume", "--directory", emptied, "--server", server.address());
            assertThat(resumed.get("directories").get(1).get("state").asText()).isEqualTo("ready");
            Cli.answer("drain", "--directory", emptied, "--wait", "--server", server.address());
            server.terminate();
        }
        try (ServerProcess server = ServerProcess.start(first, "--give-up-directory", emptied)) {
            assertThat(readable(server.address())).isEqualTo(CHUNKS);
        }
    }

    @Test
    void aDirectoryIsAddedWhileTheServerRunsAndNamedAtTheNextStart() throws IOException {
        try (ServerProcess server = ServerProcess.start(first)) {
            put(server.address(), 1);
            for (Path unsuitable : List.of(second, first, first.resolve("quarantine"), file)) {
                Outcome refused = Cli.run("directory", "add", unsuitable.toString(), "--server", server.address());
                assertThat(refused.exitCode()).as("%s", unsuitable).isEqualTo(2);
                assertThat(refused.err()).contains(unsuitable.toString());
            }
            assertThat(Cli.run("directory", "add", "second", "--server", server.address())
                            .err())
                    .contains("absolute");
            Files.createDirectory(second);
            JsonNode added = Cli.answer("directory", "add", second.toString(), "--server", server.address());
            assertThat(added.get("directories").findValuesAsText("path"))
                    .containsExactly(first.toString(), second.toString());
            put(server.address(), CHUNKS);
            assertThat(status(server.address())
                            .get("directories")
                            .get(1)
                            .get("chunks")
                            .asInt())
                    .isBetween(1, CHUNKS - 1);
            assertThat(server.terminate()).isEqualTo(143);
        }
        Outcome refused = RunnerJar.run("serve", "--data-dir", first.toString());
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err()).contains("has another data directory");
        try (ServerProcess server = start()) {
            assertThat(readable(server.address())).isEqualTo(CHUNKS);
        }
        assertThat(Cli.run("fsck", second.toString()).exitCode()).isZero();
    }

    /** The file system of one directory goes away under the server. Needs the right to mount some. */
    @Test
    void aDiskThatFailsTakesOnlyItsOwnChunksOutOfService() throws Exception {
        for (Path one : List.of(first, second)) {
            Files.createDirectories(one);
            assumeThat(run("mount", "-t", "tmpfs", "-o", "size=600m", "tmpfs", one.toString()))
                    .as("nothing can be mounted here")
                    .isTrue();
        }
        try (ServerProcess server = start()) {
            put(server.address(), CHUNKS);
            int lost = status(server.address())
                    .get("directories")
                    .get(1)
                    .get("chunks")
                    .asInt();
            assertThat(lost).isBetween(1, CHUNKS - 1);
            assertThat(run("umount", "-l", second.toString())).isTrue();
            int refused = 0;
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                Outcome stored = Cli.run("chunk", "put", file.toString(), "/f#" + chunk, "--server", server.address());
                refused += stored.exitCode() == 0 ? 0 : 1;
            }
            assertThat(refused).as("stores to the disk that has failed").isEqualTo(lost);
            JsonNode status = status(server.address());
            assertThat(status.get("state").asText()).isEqualTo("ready");
            assertThat(status.get("reason").asText()).contains(second.toString());
            assertThat(status.get("directories").get(1).get("state").asText()).isEqualTo("read_only");
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                Cli.answer("chunk", "put", file.toString(), "/new#" + chunk, "--server", server.address());
            }
            try (Stream<Path> left = Files.walk(second)) {
                assertThat(left.filter(Files::isRegularFile))
                        .as("files below the mount point")
                        .isEmpty();
            }
        } finally {
            run("umount", "-l", first.toString());
            run("umount", "-l", second.toString());
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }
}
