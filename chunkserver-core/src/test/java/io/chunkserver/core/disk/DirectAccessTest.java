package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a file that cannot be opened a second time, to be written past the page cache. */
class DirectAccessTest {

    @TempDir
    private Path folder;

    @Test
    void oneThatCannotBeOpenedFailsNothingAndOthersAreOpenedAsBefore() throws IOException {
        DirectAccess access = new DirectAccess();
        assertThat(access.open(folder.resolve("missing"))).isEmpty();
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(opens(access, file)).isEqualTo(opens(new DirectAccess(), file));
    }

    /** As where a network file system says that its block has a megabyte: told by the JDK, in its own words. */
    @Test
    void bytesThatDoNotFitTheBlockOfTheFileSystemAreRefusedAndNotFailed() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Optional<FileChannel> opened = new DirectAccess().open(file);
        assumeThat(opened)
                .as("a file system that can be written past the cache")
                .isPresent();
        try (FileChannel channel = opened.orElseThrow()) {
            int fits = DiskFile.DIRECT_ALIGNMENT;
            ByteBuffer aligned = ByteBuffer.allocateDirect(3 * fits).alignedSlice(fits);
            for (ThrowingCallable write : List.<ThrowingCallable>of(
                    () -> channel.write(aligned.slice(1, fits), 0),
                    () -> channel.write(aligned.slice(0, fits - 1), 0),
                    () -> channel.write(aligned.slice(0, fits), 1))) {
                assertThatThrownBy(write)
                        .isInstanceOfSatisfying(
                                IOException.class,
                                e -> assertThat(DirectAccess.isRefusal(e))
                                        .as(e.getMessage())
                                        .isTrue());
            }
        }
        assertThat(file).isEmptyFile();
    }

    private static boolean opens(DirectAccess access, Path file) throws IOException {
        Optional<FileChannel> opened = access.open(file);
        if (opened.isPresent()) {
            opened.get().close();
        }
        return opened.isPresent();
    }
}
