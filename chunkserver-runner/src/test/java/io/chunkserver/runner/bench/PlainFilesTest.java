package io.chunkserver.runner.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainFilesTest {

    /** More than one write, and no whole number of them. */
    private static final int FILE_BYTES = (2 << 20) + 77;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writesSoManyCopiesWithEachOperationAndRemovesThemInTheEnd(boolean forced) throws IOException {
        Path parent = directory.resolve("made").resolve("here");
        try (PlainFiles files = PlainFiles.in(parent, 3, FILE_BYTES, forced)) {
            try (Workload.Worker one = files.worker(0);
                    Workload.Worker other = files.worker(1)) {
                assertThat(one.operate()).isEqualTo(FILE_BYTES);
                assertThat(other.operate()).isEqualTo(FILE_BYTES);
            }
            assertThat(filesBelow(parent))
                    .hasSize(6)
                    .allSatisfy(file -> assertThat(file).hasSize(FILE_BYTES).hasFileName(nameWithoutSuffix(file)));
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void leavesAloneWhatElseIsInTheDirectory() throws IOException {
        Path others = Files.writeString(directory.resolve("file-1"), "not a measurement's");
        try (PlainFiles files = PlainFiles.in(directory, 1, 1, true);
                Workload.Worker worker = files.worker(0)) {
            worker.operate();
        }
        assertThat(filesBelow(directory)).containsExactly(others);
        assertThat(others).hasContent("not a measurement's");
    }

    @Test
    void anInterruptedThreadStaysSoAndLeavesNoWriterBehind() throws IOException {
        try (PlainFiles files = PlainFiles.in(directory, 3, 20 * FILE_BYTES, false);
                Workload.Worker worker = files.worker(0)) {
            Thread.currentThread().interrupt();
            assertThat(worker.operate()).isEqualTo(20 * FILE_BYTES);
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
            assertThat(filesBelow(directory))
                    .hasSize(3)
                    .allSatisfy(
                            file -> assertThat(file).hasSize(20 * FILE_BYTES).hasFileName(nameWithoutSuffix(file)));
        } finally {
            var unused = Thread.interrupted();
        }
    }

    @Test
    void whatCannotBeRemovedKeepsNothingElseFromBeingRemoved() throws IOException {
        PlainFiles files = PlainFiles.in(directory, 2, 1, false);
        try (Workload.Worker worker = files.worker(0)) {
            worker.operate();
        }
        Path first = filesBelow(directory).get(0);
        Path inTheWay = first.resolveSibling("in-the-way");
        Files.createDirectories(inTheWay.resolve("full"));

        assertThatThrownBy(files::close)
                .isInstanceOf(DirectoryNotEmptyException.class)
                .hasMessageContaining("in-the-way")
                .satisfies(thrown -> assertThat(thrown.getSuppressed())
                        .singleElement(InstanceOfAssertFactories.THROWABLE)
                        .isInstanceOf(DirectoryNotEmptyException.class));

        assertThat(filesBelow(directory)).isEmpty();
    }

    /** Without the suffix of a file that is not finished. */
    private static String nameWithoutSuffix(Path file) {
        return String.valueOf(file.getFileName()).replace(".new", "");
    }

    private static List<Path> filesBelow(Path parent) throws IOException {
        try (var walked = Files.walk(parent)) {
            return walked.filter(Files::isRegularFile).toList();
        }
    }
}
