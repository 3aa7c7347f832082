package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a {@link Disk} promises that a power loss leaves; part of {@link DiskContract}.
 *
 * <p>These tests hold for a crash that loses everything that was not forced, and for one that keeps some of it.
 */
interface DiskCrashContract {

    Path TOP = Path.of("");
    Path FIRST = Path.of("first");
    Path SECOND = Path.of("second");
    Path LEFT = Path.of("left");
    Path RIGHT = Path.of("right");

    /** The unit in which a write may be torn. */
    int SECTOR_BYTES = 512;

    /** The disk under test. */
    Disk disk();

    /** Loses what was not forced; skips the test where that cannot be simulated. */
    void losePower() throws IOException;

    /** Makes a file whose bytes are durable; its name is not. */
    private void store(Path name, String text) throws IOException {
        try (DiskFile file = disk().create(name)) {
            file.writeFully(StandardCharsets.UTF_8.encode(text), 0);
            file.force();
        }
    }

    private String load(Path name) throws IOException {
        try (DiskFile file = disk().openForRead(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.readFully(bytes, 0);
            return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        }
    }

    @Test
    default void aForcedFileOutlivesACrashOnceItsNameIsForced() throws IOException {
        store(FIRST, "text");
        disk().forceDirectory(TOP);

        losePower();

        assertThat(disk().list(TOP)).containsExactly(FIRST);
        assertThat(load(FIRST)).isEqualTo("text");
    }

    @Test
    default void aWriteThatIsNotForcedLeavesTheSectorsBesideIt() throws IOException {
        String before = "a".repeat(3 * SECTOR_BYTES);
        store(FIRST, before);
        disk().forceDirectory(TOP);
        try (DiskFile file = disk().openForWrite(FIRST)) {
            file.writeFully(StandardCharsets.UTF_8.encode("b".repeat(SECTOR_BYTES)), SECTOR_BYTES);
        }

        losePower();

        String after = load(FIRST);
        assertThat(after).hasSize(before.length());
        assertThat(after.substring(0, SECTOR_BYTES)).isEqualTo(before.substring(0, SECTOR_BYTES));
        assertThat(after.substring(2 * SECTOR_BYTES)).isEqualTo(before.substring(2 * SECTOR_BYTES));
    }

    @Test
    default void aForcedRenameOutlivesACrash() throws IOException {
        store(FIRST, "new");
        store(SECOND, "old");
        disk().forceDirectory(TOP);
        disk().rename(FIRST, SECOND);
        disk().forceDirectory(TOP);

        losePower();

        assertThat(disk().list(TOP)).containsExactly(SECOND);
        assertThat(load(SECOND)).isEqualTo("new");
    }

    @Test
    default void aRenameThatIsNotForcedIsDoneOrNot() throws IOException {
        store(FIRST, "new");
        store(SECOND, "old");
        disk().forceDirectory(TOP);
        disk().rename(FIRST, SECOND);

        losePower();

        if (disk().list(TOP).equals(List.of(FIRST, SECOND))) {
            assertThat(load(FIRST)).isEqualTo("new");
            assertThat(load(SECOND)).isEqualTo("old");
        } else {
            assertThat(disk().list(TOP)).containsExactly(SECOND);
            assertThat(load(SECOND)).isEqualTo("new");
        }
    }

    @Test
    default void aRenameIntoAnotherDirectoryIsDurableOnceTheOldOneIsForced() throws IOException {
        disk().createDirectories(LEFT);
        disk().createDirectories(RIGHT);
        disk().forceDirectory(TOP);
        store(LEFT.resolve(FIRST), "text");
        disk().forceDirectory(LEFT);
        disk().rename(LEFT.resolve(FIRST), RIGHT.resolve(SECOND));
        disk().forceDirectory(LEFT);

        losePower();

        assertThat(disk().list(LEFT)).isEmpty();
        assertThat(load(RIGHT.resolve(SECOND))).isEqualTo("text");
    }

    @Test
    default void aForcedDeletionOutlivesACrash() throws IOException {
        store(FIRST, "text");
        disk().forceDirectory(TOP);
        disk().delete(FIRST);
        disk().forceDirectory(TOP);

        losePower();

        assertThat(disk().list(TOP)).isEmpty();
    }

    @Test
    default void aDirectoryOutlivesACrashOnceTheOneAboveIsForced() throws IOException {
        disk().createDirectories(LEFT);
        disk().forceDirectory(TOP);
        disk().createDirectories(LEFT.resolve(RIGHT));
        disk().forceDirectory(LEFT);

        losePower();

        assertThat(disk().list(LEFT)).containsExactly(RIGHT);
        assertThat(disk().list(LEFT.resolve(RIGHT))).isEmpty();
    }
}
