package io.chunkserver.runner.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTargetTest {

    @TempDir
    private Path directory;

    @Test
    void fileAppearsWholeWhenFinished() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "old and longer than the new one");
        try (FileTarget target = LocalFileTarget.create(file)) {
            writeTwoChunksWithASecondAttempt(target);
            assertThat(file).hasContent("old and longer than the new one");
            target.finish();
        }
        assertThat(file).hasContent("first second");
        assertThat(directory)
                .isDirectoryContaining(entry -> entry.equals(file))
                .isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void unfinishedFileLeavesNoTrace() throws IOException {
        Path file = directory.resolve("file");
        try (FileTarget target = LocalFileTarget.create(file)) {
            writeTwoChunksWithASecondAttempt(target);
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void streamGetsOnlyWhatWasKept() throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (FileTarget target = new StreamTarget(stream)) {
            writeTwoChunksWithASecondAttempt(target);
            target.beginChunk().write("lost".getBytes(UTF_8));
        }
        assertThat(stream.toString(UTF_8)).isEqualTo("first second");
    }

    @Test
    void linkStaysAndTheFileThatItLeadsToIsReplaced() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
        try (FileTarget target = LocalFileTarget.open(link)) {
            writeTwoChunksWithASecondAttempt(target);
            target.finish();
        }
        assertThat(link).isSymbolicLink();
        assertThat(file).isRegularFile().hasContent("first second");
    }

    @Test
    void linkToNothingIsNoTarget() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("missing"));
        assertThatIOException()
                .isThrownBy(() -> LocalFileTarget.open(link))
                .withMessageContaining("symbolic link to missing");
    }

    /** As for a device: a file in its place would be a loss for the whole machine. */
    @Test
    void pipeIsWrittenToAndStays() throws Exception {
        Path pipe = directory.resolve("pipe");
        assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .as("exit code of mkfifo")
                .isZero();
        CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(pipe);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try (FileTarget target = LocalFileTarget.open(pipe)) {
            writeTwoChunksWithASecondAttempt(target);
            target.finish();
        }
        assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo("first second");
        assertThat(Files.isRegularFile(pipe)).isFalse();
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void directoryIsNoTarget() {
        assertThatIOException()
                .isThrownBy(() -> LocalFileTarget.create(directory))
                .withMessageContaining("is a directory");
    }

    private static void writeTwoChunksWithASecondAttempt(FileTarget target) throws IOException {
        target.beginChunk().write("first ".getBytes(UTF_8));
        target.keepChunk();
        target.beginChunk().write("secret, longer".getBytes(UTF_8));
        target.beginChunk().write("second".getBytes(UTF_8));
        target.keepChunk();
    }
}
