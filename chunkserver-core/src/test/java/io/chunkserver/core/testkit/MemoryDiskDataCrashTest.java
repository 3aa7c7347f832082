package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which bytes a crash leaves, compared with what the rules allow; and how crashes are chosen. */
class MemoryDiskDataCrashTest extends CrashStates {

    private static final int MANY = 2000;

    @Test
    void aWriteOfThreeSectorsIsTornEverywhere() throws IOException {
        file(A, "---");
        disk.forceDirectory(ROOT);
        try (DiskFile file = disk.openForWrite(A)) {
            write(file, "ABC", 0);
        }
        assertStatesInBothModes("a=---", "a=A--", "a=AB-", "a=-BC", "a=--C", "a=A-C", "a=ABC");
    }

    @Test
    void aWriteThatExtendsMayLeaveItsSize() throws IOException {
        file(A, "-");
        disk.forceDirectory(ROOT);
        try (DiskFile file = disk.openForWrite(A)) {
            write(file, "AB", 1);
        }
        assertStatesInBothModes("a=-", "a=-A", "a=-A0", "a=-0B", "a=-00", "a=-AB");
    }

    @Test
    void aWriteIsTornAtTheSectorsOfTheFileNotOfTheWrite() throws IOException {
        file(A, "--");
        disk.forceDirectory(ROOT);
        try (DiskFile file = disk.openForWrite(A)) {
            file.writeFully(ByteBuffer.allocate(SECTOR), SECTOR / 2);
        }
        EveryCrash crash = new EveryCrash();
        TreeSet<Integer> zeros = new TreeSet<>();
        do {
            ByteBuffer bytes = ByteBuffer.allocate(2 * SECTOR);
            try (DiskFile file = disk.copyAfterCrash(CrashMode.POSIX, crash).openForRead(A)) {
                file.readFully(bytes, 0);
            }
            int from = 0;
            int to = 0;
            for (int at = bytes.limit() - 1; at >= 0; at--) {
                to = to == 0 && bytes.get(at) == 0 ? at + 1 : to;
                from = bytes.get(at) == 0 ? at : from;
            }
            zeros.add(from * 10_000 + to);
        } while (crash.next());
        assertThat(zeros).containsExactly(0, 256 * 10_000 + 512, 256 * 10_000 + 768, 512 * 10_000 + 768);
    }

    @Test
    void laterWritesSurviveWithoutEarlierOnes() throws IOException {
        file(A, "--");
        disk.forceDirectory(ROOT);
        try (DiskFile file = disk.openForWrite(A)) {
            write(file, "A", 0);
            write(file, "B", 1);
        }
        assertStatesInBothModes("a=--", "a=A-", "a=-B", "a=AB");
    }

    @Test
    void aTruncationMayBeLost() throws IOException {
        file(A, "AB");
        disk.forceDirectory(ROOT);
        try (DiskFile file = disk.openForWrite(A)) {
            file.truncate(SECTOR);
            assertStatesInBothModes("a=AB", "a=A");
            file.force();
            assertStatesInBothModes("a=A");
        }
    }

    @Test
    void aForceOfAFileIsNotOneOfItsName() throws IOException {
        file(A, "A");
        assertStates(CrashMode.POSIX, "", "a=A");
        disk.create(B).close();
        disk.forceDirectory(ROOT);
        try (DiskFile file = disk.openForWrite(B)) {
            write(file, "B", 0);
        }
        assertStatesInBothModes("a=A b=", "a=A b=0", "a=A b=B");
    }

    // Failed forces

    @Test
    void whatAFailedForceDidNotWriteCanBeReadAndIsNeverDurable() throws IOException {
        file(A, "-");
        disk.forceDirectory(ROOT);
        try (MemoryFile file = (MemoryFile) disk.openForWrite(A)) {
            write(file, "A", 0);
            file.failForce();
            assertThat(tell(disk)).isEqualTo("a=A");
            file.force();
            assertThat(tell(disk)).isEqualTo("a=A");
            assertStatesInBothModes("a=-");

            write(file, "B", 1);
            file.force();
            assertStatesInBothModes("a=-B");
        }
    }

    @Test
    void aNameThatAFailedForceDidNotWriteIsSeenAndNeverDurable() throws IOException {
        disk.create(A).close();
        disk.failForce(ROOT);
        disk.forceDirectory(ROOT);
        assertThat(tell(disk)).isEqualTo("a=");
        assertStatesInBothModes("");
    }

    // The process alone

    @Test
    void whenTheProcessDiesAllIsThereAndNoMoreIsDurable() throws IOException {
        file(A, "-");
        disk.forceDirectory(ROOT);
        DiskFile open = disk.openForWrite(A);
        write(open, "AB", 0);
        disk.rename(A, B);
        Set<String> posix = states(CrashMode.POSIX);
        Set<String> journal = states(CrashMode.JOURNAL);
        MemoryDisk copy = disk.copyAfterProcessDeath();
        disk.endProcess();

        assertThat(tell(disk)).isEqualTo(tell(copy)).isEqualTo("b=AB");
        assertThatThrownBy(open::size).isInstanceOf(IOException.class);
        assertThat(disk.openFiles()).isZero();
        assertThat(disk.usedBytes()).isEqualTo(MemoryDisk.BLOCK_BYTES);
        assertThat(states(CrashMode.POSIX)).isEqualTo(posix);
        assertThat(states(CrashMode.JOURNAL)).isEqualTo(journal);

        disk.openForWrite(B).force();
        disk.forceDirectory(ROOT);
        assertStatesInBothModes("b=AB");
        assertThat(tell(copy.copyAfterCrash(CrashMode.POSIX, CrashChoices.NOTHING)))
                .isEqualTo("a=-");
    }

    // Choices

    @Test
    void theCopyIsADiskOfItsOwn() throws IOException {
        file(A, "A");
        DiskFile open = disk.openForWrite(A);
        MemoryDisk copy = disk.copyAfterCrash(CrashMode.POSIX, CrashChoices.EVERYTHING);
        assertThat(copy.openFiles()).isZero();
        assertThat(copy.usedBytes()).isEqualTo(MemoryDisk.BLOCK_BYTES);
        write(open, "B", 0);
        copy.rename(A, B);
        assertThat(tell(disk)).isEqualTo("a=B");
        assertThat(tell(copy)).isEqualTo("b=A");
    }

    @ParameterizedTest
    @EnumSource
    void drawnCrashesAreAmongAllOfThemAndFindThemAll(CrashMode mode) throws IOException {
        disk.createDirectories(X);
        file(A, "AAA");
        disk.forceDirectory(ROOT);
        disk.rename(A, X_B);
        disk.create(A).close();
        try (DiskFile file = disk.openForWrite(X_B)) {
            write(file, "BCDE", 0);
        }
        Set<String> drawn = new TreeSet<>();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < MANY; i++) {
            drawn.add(tell(disk.copyAfterCrash(mode, ChosenCrash.random(random))));
        }
        assertThat(drawn).isEqualTo(states(mode));
    }

    @Test
    void aCrashIsRepeatedByItsChoices() throws IOException {
        file(A, "AAAA");
        disk.create(B).close();
        try (DiskFile file = disk.openForWrite(A)) {
            write(file, "BBBBBB", 0);
        }
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 100; i++) {
            ChosenCrash crash = ChosenCrash.random(random);
            String state = tell(disk.copyAfterCrash(CrashMode.POSIX, crash));
            ChosenCrash again = ChosenCrash.replay(crash.chosen());
            assertThat(tell(disk.copyAfterCrash(CrashMode.POSIX, again))).isEqualTo(state);
            assertThat(again.chosen()).isEqualTo(crash.chosen());
        }
    }

    @Test
    void allCrashesOfAnotherDiskAreRefused() throws IOException {
        file(A, "A");
        EveryCrash crash = new EveryCrash();
        crash.choose(3);
        assertThat(crash.next()).isTrue();
        assertThatThrownBy(() -> disk.copyAfterCrash(CrashMode.POSIX, crash)).hasMessageContaining("not the same disk");
    }
}
