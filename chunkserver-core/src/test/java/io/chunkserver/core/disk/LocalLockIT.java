package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** R3: one process per data directory. */
@Timeout(60)
class LocalLockIT {

    private static final Path LOCK = Path.of("lock");

    @TempDir
    private Path directory;

    /** The other process: takes the lock, says whether it could, and keeps it until its input ends. */
    static final class OtherProcess {

        private OtherProcess() {}

        public static void main(String[] arguments) throws IOException {
            try (Closeable lock = new LocalDisk(Path.of(arguments[0])).lock(LOCK)) {
                System.out.println("held " + lock.getClass().getSimpleName());
                while (System.in.read() >= 0) {
                    // Waits for the end.
                }
            } catch (ChunkServerException e) {
                System.out.println("refused " + e.code());
            }
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        return output.readLine();
    }

    @Test
    void aLockHeldByAnotherProcessIsRefusedUntilThatProcessEnds() throws Exception {
        Process other = start();
        try {
            assertThat(firstLine(other)).startsWith("held");
            assertThatThrownBy(() -> new LocalDisk(directory).lock(LOCK))
                    .isInstanceOf(ChunkServerException.Unusable.class);
        } finally {
            other.destroyForcibly();
        }
        assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        new LocalDisk(directory).lock(LOCK).close();
    }

    @Test
    void aRefusedAttemptInThisProcessDoesNotLetAnotherProcessIn() throws Exception {
        try (Closeable held = new LocalDisk(directory).lock(LOCK)) {
            assertThat(held).isNotNull();
            assertThatThrownBy(() -> new LocalDisk(directory).lock(LOCK))
                    .isInstanceOf(ChunkServerException.Unusable.class);

            Process other = start();
            other.getOutputStream().close();
            assertThat(firstLine(other)).isEqualTo("refused DIRECTORY_LOCKED");
            assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }
}
