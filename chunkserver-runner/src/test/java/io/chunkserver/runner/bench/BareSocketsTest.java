package io.chunkserver.runner.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BareSocketsTest {

    /** More than a buffer, and no whole number of them. */
    private static final long TRANSFER_BYTES = (1 << 20) + 77;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void movesBytesForManyThreadsAndLeavesNothingBehind(BareSockets.Way way) throws IOException {
        Path parent = directory.resolve("made").resolve("here");
        BareSockets closed;
        try (BareSockets sockets = BareSockets.open(way, parent, 3 * TRANSFER_BYTES, TRANSFER_BYTES)) {
            closed = sockets;
            Load load = new LoadGenerator(3).run(sockets, Duration.ZERO);
            assertThat(load.errors()).isZero();
            assertThat(load.operations()).isEqualTo(3);
            try (Workload.Worker worker = sockets.worker(0)) {
                for (int operation = 0; operation < 5; operation++) {
                    assertThat(worker.operate()).isEqualTo(TRANSFER_BYTES);
                }
            }
        }
        assertThat(files(directory)).isEmpty();
        assertThatThrownBy(() -> closed.worker(0)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @EnumSource
    void movesAWholeFile(BareSockets.Way way) throws IOException {
        try (BareSockets sockets = BareSockets.open(way, directory, TRANSFER_BYTES, TRANSFER_BYTES);
                Workload.Worker worker = sockets.worker(0)) {
            assertThat(worker.operate()).isEqualTo(TRANSFER_BYTES);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(Files::isRegularFile).toList();
        }
    }
}
