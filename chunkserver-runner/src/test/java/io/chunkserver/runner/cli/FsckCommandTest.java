package io.chunkserver.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.model.ChunkId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the verb says and how it ends; what is found is tested where it is found. */
class FsckCommandTest {

    @TempDir
    private Path directory;

    private Path data;

    @BeforeEach
    void store() throws IOException {
        data = directory.resolve("data");
        try (ChunkServer server = ChunkServer.builder(data).start()) {
            for (int i = 0; i < 3; i++) {
                server.store(new ChunkId("file", i), new ByteArrayInputStream(new byte[100_000]), 100_000);
            }
            server.delete(new ChunkId("file", 2), List.of());
        }
    }

    private String[] command(String... more) {
        return Stream.concat(Stream.of("-o", "json", "fsck", data.toString()), Stream.of(more))
                .toArray(String[]::new);
    }

    private Path aChunkFile() throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("chunks"))) {
            return files.filter(file -> file.toFile().length() > 100_000)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[70_000] = (byte) (bytes[70_000] ^ 1);
        Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    }

    @Test
    void aWholeDirectoryEndsWith0AndIsSummedUpInOneLine() {
        TestConsole console = new TestConsole();

        assertThat(console.run(command("--progress", "always"))).isZero();

        assertThat(console.out().lines())
                .singleElement()
                .asString()
                .contains("\"schema\":\"chunkserver.fsck/1\"", "\"chunks\":2,\"tombstones\":1", "\"damage\":0");
        assertThat(console.err()).contains("checking [", "100%");
    }

    @Test
    void damageEndsWith7AndNamesFileOffsetMeaningAndAdvice() throws IOException {
        Path file = aChunkFile();
        damage(file);
        TestConsole console = new TestConsole();

        assertThat(console.run(command())).isEqualTo(7);

        assertThat(console.out().lines().findFirst().orElseThrow())
                .contains(
                        "\"schema\":\"chunkserver.fsck.finding/1\"",
                        "\"kind\":\"damaged_chunk\"",
                        "\"severity\":\"damage\"")
                .contains(
                        "\"file\":\"" + data.relativize(file) + "\"", "\"offsetBytes\":65536", "block 1 does not match")
                .contains("\"meaning\":\"", "\"advice\":\"", "\"repaired\":\"\"");
        assertThat(file).exists();
        TestConsole people = new TestConsole();
        assertThat(people.run("fsck", data.toString())).isEqualTo(7);
        assertThat(people.out())
                .contains("damage: " + data.relativize(file) + " at offset 65536: damaged_chunk: ")
                .contains("means:", "do:", "1 times damage was found");
    }

    @Test
    void repairPutsTheFileAsideAndSaysWhere() throws IOException {
        Path file = aChunkFile();
        damage(file);
        TestConsole console = new TestConsole();

        assertThat(console.run(command("--repair"))).isEqualTo(7);

        assertThat(file).doesNotExist();
        try (Stream<Path> kept = Files.list(data.resolve("quarantine"))) {
            assertThat(kept)
                    .singleElement()
                    .satisfies(name -> assertThat(console.out())
                            .contains("moved to quarantine/" + name.getFileName(), "\"repaired\":1"));
        }
    }

    @Test
    void aRunningServerEndsWith11AndWhatIsNoDataDirectoryWith3() throws IOException {
        try (ChunkServer server = ChunkServer.builder(data).start()) {
            assertThat(server.status().store().chunks()).isEqualTo(2);
            assertThat(new TestConsole().run(command())).isEqualTo(11);
        }
        Path empty = Files.createDirectory(directory.resolve("empty"));
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        for (Path none : List.of(empty, file, file.resolve("below"), directory.resolve("missing"))) {
            TestConsole console = new TestConsole();
            assertThat(console.run("fsck", none.toString()))
                    .as("exit code of fsck %s", none)
                    .isEqualTo(3);
            assertThat(console.err()).startsWith("error: " + none + " is no data directory of a server\nhint: ");
        }
        assertThat(empty).isEmptyDirectory();
    }

    @Test
    void whatAStartWouldDoIsToldOnlyWhereItDoesNotRefuse() throws IOException {
        TestConsole whole = new TestConsole();
        assertThat(whole.run("fsck", data.toString())).isZero();
        assertThat(whole.out()).endsWith("\na start would publish 0 staged versions, ask about 0 and remove 0\n");
        Files.write(data.resolve("log/0000000000000001.log"), new byte[4096], StandardOpenOption.WRITE);
        Files.delete(data.resolve("server_info.json"));

        TestConsole damaged = new TestConsole();
        assertThat(damaged.run("fsck", data.toString())).isEqualTo(7);
        assertThat(damaged.out())
                .endsWith(
                        "\na start refuses this directory because of damaged_log, missing_identity: do what is said there\n")
                .doesNotContain("a start would");
        TestConsole json = new TestConsole();
        assertThat(json.run(command())).isEqualTo(7);
        assertThat(json.out()).contains("\"startRefused\":true");
    }

    @Test
    void aStateFileThatIsNoneIsNotGoneOnFromAndGoesAtTheEnd() throws IOException {
        Path state = Files.writeString(directory.resolve("state"), "nothing of ours");
        TestConsole console = new TestConsole();

        assertThat(console.run(command("--resume", state.toString()))).isZero();

        assertThat(console.out()).contains("\"chunks\":2");
        assertThat(state).doesNotExist();
    }

    @Test
    void aStateFileThatCannotBeKeptIsRefusedBeforeAnythingIsChecked() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), data);
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        Path taken = Files.createDirectory(directory.resolve("taken"));

        assertRefused(data.resolve("state"), "it must lie outside of the data directory");
        assertRefused(link.resolve("chunks/state"), "it must lie outside of the data directory");
        assertRefused(directory.resolve("missing/state"), "there is no directory " + directory.resolve("missing"));
        assertRefused(file.resolve("state"), "there is no directory " + file);
        assertRefused(taken, "it is a directory");
    }

    private void assertRefused(Path state, String why) {
        TestConsole console = new TestConsole();
        assertThat(console.run("fsck", data.toString(), "--resume", state.toString()))
                .as("exit code with --resume %s", state)
                .isEqualTo(2);
        assertThat(console.err()).isEqualTo("error: --resume " + state + ": " + why + "\n");
        assertThat(console.out()).isEmpty();
    }
}
