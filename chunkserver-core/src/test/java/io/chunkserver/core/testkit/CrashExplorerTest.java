package io.chunkserver.core.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is explored is a file whose text is replaced. The first part is the example of TESTKIT.md, word for word. */
class CrashExplorerTest {

    // The example begins here.
    private String stored = "";
    private String next = "";

    @Test
    void aTextThatWasStoredIsThereWheneverThePowerGoes() throws IOException {
        CrashExplorer.Report report = CrashExplorer.explore(
                new MemoryDisk(),
                1000, // of a moment with more crashes in one mode, so many are drawn
                1, // the seed
                this::storeTwoTexts,
                left -> assertThat(load(left)).isIn(stored, next));

        assertThat(report.pointsWithAllStates()).isEqualTo(report.points());
    }

    private void storeTwoTexts(Disk disk) throws IOException {
        for (String text : List.of("the first", "the second")) {
            next = text;
            store(disk, text);
            stored = text; // from now on it is to be there
        }
    }

    static void store(Disk disk, String text) throws IOException {
        try (DiskFile file = disk.create(Path.of("new"))) {
            file.writeFully(ByteBuffer.wrap(text.getBytes(UTF_8)), 0);
            file.force();
        }
        disk.rename(Path.of("new"), Path.of("text"));
        disk.forceDirectory(Path.of(""));
    }
    // The example ends here.

    static String load(Disk disk) throws IOException {
        if (disk.size(Path.of("text")).isEmpty()) {
            return "";
        }
        try (DiskFile file = disk.openForRead(Path.of("text"))) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.readFully(bytes, 0);
            return UTF_8.decode(bytes.flip()).toString();
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {CrashExplorerTest.class, FaultyDiskTest.class})
    void thePageShowsTheExample(Class<?> test) throws IOException {
        String source =
                Files.readString(Path.of("src/test/java/" + test.getName().replace('.', '/') + ".java"));
        String example = source.substring(
                source.indexOf('\n', source.indexOf("// The example begins here.")) + 1,
                source.indexOf("    // The example ends here."));

        assertThat(Files.readString(Path.of("TESTKIT.md")))
                .contains("```java\n" + example.stripTrailing().stripIndent() + "\n```\n");
    }

    @Test
    void aForceThatIsForgottenIsFoundAndSaysWhere() {
        assertThatThrownBy(() -> CrashExplorer.explore(
                        new MemoryDisk(),
                        1000,
                        7,
                        disk -> {
                            next = "text";
                            try (DiskFile file = disk.create(Path.of("text"))) {
                                file.writeFully(ByteBuffer.wrap("text".getBytes(UTF_8)), 0);
                            }
                            disk.forceDirectory(Path.of(""));
                            stored = "text";
                        },
                        left -> assertThat(load(left)).isIn(stored, next)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "crash at point 3, before FORCE_DIRECTORY the root, mode POSIX, choices [1, 1], seed 7: ")
                .hasMessageContaining("\"\0\0\0\0\"");
        assertThat(stored).as("the work goes on to its end").isEqualTo("text");
    }

    @Test
    void aFewCrashesAreAllLookedAtAndOfManySomeAre() throws IOException {
        CrashExplorer.Workload work = disk -> disk.create(Path.of("a")).close();

        assertThat(CrashExplorer.explore(new MemoryDisk(), 2, 1, work, left -> {}))
                .isEqualTo(new CrashExplorer.Report(2, 2, 6));
        assertThat(CrashExplorer.explore(new MemoryDisk(), 1, 1, work, left -> {}))
                .isEqualTo(new CrashExplorer.Report(2, 1, 4));
    }

    @Test
    void theSameSeedDrawsTheSameCrashes() throws IOException {
        assertThat(drawn(1)).isEqualTo(drawn(1)).isNotEqualTo(drawn(2));
    }

    private static List<List<Path>> drawn(long seed) throws IOException {
        List<List<Path>> found = new ArrayList<>();
        CrashExplorer.explore(
                new MemoryDisk(),
                3,
                seed,
                disk -> {
                    for (String name : List.of("a", "b", "c", "d")) {
                        disk.create(Path.of(name)).close();
                    }
                },
                left -> found.add(left.list(Path.of(""))));
        return found;
    }

    @Test
    void whatWasOnTheDiskBeforehandIsLeft() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        store(disk, "before");
        stored = "before";

        CrashExplorer.explore(
                disk,
                1000,
                1,
                this::storeTwoTexts,
                left -> assertThat(load(left)).isIn(stored, next));
        assertThat(load(disk)).isEqualTo("the second");
    }

    /** A start that makes the file anew, and forgets to make it durable before it removes the old one. */
    @Test
    void aStartAfterACrashIsExploredInTurn() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        store(disk, "text");
        CrashExplorer.Workload start = left -> {
            String text = load(left);
            left.delete(Path.of("text"));
            left.forceDirectory(Path.of(""));
            store(left, text);
        };

        assertThatThrownBy(() -> CrashExplorer.explore(
                        disk,
                        1000,
                        1,
                        running -> {},
                        left -> CrashExplorer.explore(
                                left,
                                1000,
                                1,
                                start,
                                again -> assertThat(load(again)).isEqualTo("text"))))
                .hasMessageStartingWith("crash at point 1, before the end, mode POSIX, choices [], seed 1: "
                        + "crash at point 2, before FORCE_DIRECTORY the root, mode POSIX, choices [1], seed 1: ");
    }

    @Test
    void whatTheWorkItselfThrowsIsThrown() {
        assertThatThrownBy(() -> CrashExplorer.explore(
                        new MemoryDisk(), 1000, 1, disk -> disk.delete(Path.of("text")), left -> {}))
                .isInstanceOf(NoSuchFileException.class);
    }
}
