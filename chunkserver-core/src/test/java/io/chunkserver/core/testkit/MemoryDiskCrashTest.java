package io.chunkserver.core.testkit;

import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Which names a crash leaves, compared with what the rules allow. */
class MemoryDiskCrashTest extends CrashStates {

    @Test
    void aNewNameSurvivesOrNot() throws IOException {
        disk.create(A).close();
        assertStatesInBothModes("", "a=");
        disk.forceDirectory(ROOT);
        assertStatesInBothModes("a=");
    }

    @Test
    void namesSurviveEachOnItsOwnOrTheFirstOnesOfThem() throws IOException {
        disk.create(A).close();
        disk.create(B).close();
        disk.create(C).close();
        assertStates(CrashMode.POSIX, "", "a=", "b=", "c=", "a= b=", "a= c=", "b= c=", "a= b= c=");
        assertStates(CrashMode.JOURNAL, "", "a=", "a= b=", "a= b= c=");
    }

    @Test
    void aForceOfAFileCarriesAllNamesBeforeItInAJournalOnly() throws IOException {
        disk.create(A).close();
        disk.create(B).close();
        try (DiskFile file = disk.openForWrite(B)) {
            file.force();
        }
        disk.create(C).close();
        assertStates(CrashMode.POSIX, "", "a=", "b=", "c=", "a= b=", "a= c=", "b= c=", "a= b= c=");
        assertStates(CrashMode.JOURNAL, "a= b=", "a= b= c=");
    }

    @Test
    void aForceOfADirectoryCarriesTheNamesOfAllInAJournalOnly() throws IOException {
        disk.createDirectories(X);
        disk.forceDirectory(ROOT);
        disk.create(A).close();
        disk.create(X_B).close();
        disk.forceDirectory(X);
        assertStates(CrashMode.POSIX, "x/ x/b=", "a= x/ x/b=");
        assertStates(CrashMode.JOURNAL, "a= x/ x/b=");
    }

    @Test
    void aRenameIsOneChange() throws IOException {
        file(A, "A");
        disk.forceDirectory(ROOT);
        disk.rename(A, B);
        assertStatesInBothModes("a=A", "b=A");
    }

    @Test
    void aRenameReplacesOrDoesNot() throws IOException {
        file(A, "A");
        file(B, "B");
        disk.forceDirectory(ROOT);
        disk.rename(A, B);
        assertStatesInBothModes("a=A b=B", "b=A");
    }

    @Test
    void aRenameDoesNotSurviveItsCreation() throws IOException {
        file(A, "A");
        disk.rename(A, B);
        disk.rename(B, C);
        assertStates(CrashMode.POSIX, "", "a=A", "b=A", "c=A");
        assertStates(CrashMode.JOURNAL, "a=A", "b=A", "c=A");
    }

    /** A lost rename and a new file in the old place would leave the renamed file without a name. */
    @Test
    void aNameIsTakenAgainOnlyAfterItWasGivenUp() throws IOException {
        file(A, "A");
        disk.forceDirectory(ROOT);
        disk.rename(A, B);
        disk.create(A).close();
        assertStatesInBothModes("a=A", "b=A", "a= b=A");
    }

    @Test
    void aDeletionSurvivesOrNot() throws IOException {
        file(A, "A");
        disk.forceDirectory(ROOT);
        disk.delete(A);
        disk.create(B).close();
        assertStates(CrashMode.POSIX, "a=A", "", "a=A b=", "b=");
        assertStates(CrashMode.JOURNAL, "a=A", "", "b=");
    }

    @Test
    void aFileIsInAFolderThatSurvives() throws IOException {
        disk.createDirectories(X);
        disk.create(X_B).close();
        assertStatesInBothModes("", "x/", "x/ x/b=");
        disk.forceDirectory(X);
        assertStates(CrashMode.POSIX, "", "x/ x/b=");
        assertStates(CrashMode.JOURNAL, "x/ x/b=");
    }

    @Test
    void aRenameOverTwoDirectoriesNeedsBoth() throws IOException {
        disk.createDirectories(X);
        file(A, "A");
        disk.forceDirectory(ROOT);
        disk.rename(A, X_B);
        assertStates(CrashMode.POSIX, "a=A x/", "a=A x/ x/b=A", "x/ x/b=A");
        assertStates(CrashMode.JOURNAL, "a=A x/", "x/ x/b=A");
        disk.forceDirectory(X);
        assertStates(CrashMode.POSIX, "a=A x/ x/b=A", "x/ x/b=A");
        assertStates(CrashMode.JOURNAL, "x/ x/b=A");
        disk.forceDirectory(ROOT);
        assertStatesInBothModes("x/ x/b=A");
    }

    @Test
    void whatIsLostOfARenameOverTwoDirectoriesIsLostForLaterChangesOfTheOldName() throws IOException {
        disk.createDirectories(X);
        file(A, "A");
        disk.forceDirectory(ROOT);
        disk.rename(A, X_B);
        disk.delete(X_B);
        assertStates(CrashMode.POSIX, "a=A x/", "a=A x/ x/b=A", "x/ x/b=A", "x/");
        file(A, "B");
        assertStates(CrashMode.POSIX, "a=A x/", "a=A x/ x/b=A", "x/ x/b=A", "x/", "a=B x/ x/b=A", "a=B x/");
    }

    @Test
    void aRenameForcedAtItsOldNameBringsWhatTheNewNameHadBefore() throws IOException {
        disk.createDirectories(X);
        file(A, "A");
        disk.forceDirectory(ROOT);
        file(X_B, "B");
        disk.rename(A, X_B);
        disk.forceDirectory(ROOT);
        assertStatesInBothModes("x/ x/b=A");
    }
}
