package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link Disk} promises while nothing fails, and of what a crash leaves.
 *
 * <p>Extend it and implement {@link #newDisk} and {@link #crash}.
 */
@ExtendWith(PromiseReport.class)
public abstract class DiskContract implements DiskCrashContract, PromiseReport.Traced {

    private static final Path ROOT = Path.of("");
    private static final Path FILE = Path.of("file");
    private static final Path OTHER = Path.of("other");
    private static final Path FOLDER = Path.of("folder");

    private final CallTrace trace = new CallTrace();
    private Disk disk;

    /** An empty disk whose root directory exists. */
    protected abstract Disk newDisk() throws IOException;

    /**
     * Takes the power away and brings it back: what was not forced is lost, or some of it.
     *
     * <p>Where that cannot be simulated, say why with {@link org.junit.jupiter.api.Assumptions#abort(String)}: what the disk promises of
     * crashes is then not tested, and those tests are reported as skipped, with that reason.
     *
     * @return the disk with what is left, which may be the same object; none of its files is open
     */
    protected abstract Disk crash() throws IOException;

    @Override
    public final Disk disk() {
        return disk;
    }

    @Override
    public final void losePower() throws IOException {
        trace.note("the power goes");
        disk = trace.of(Disk.class, crash());
    }

    @Override
    public final CallTrace trace() {
        return trace;
    }

    @BeforeEach
    final void makeDisk() throws IOException {
        disk = trace.of(Disk.class, newDisk());
    }

    private void write(Path file, String text) throws IOException {
        try (DiskFile open = disk.create(file)) {
            open.writeFully(bytes(text), 0);
        }
    }

    private String read(Path file) throws IOException {
        try (DiskFile open = disk.openForRead(file)) {
            return read(open);
        }
    }

    private static String read(DiskFile file) throws IOException {
        ByteBuffer target = ByteBuffer.allocate((int) file.size());
        file.readFully(target, 0);
        return StandardCharsets.UTF_8.decode(target.flip()).toString();
    }

    private static ByteBuffer bytes(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    // Files

    @Test
    void aCreatedFileIsEmptyAndCanBeWrittenAndRead() throws IOException {
        try (DiskFile file = disk.create(FILE)) {
            assertThat(file.size()).isZero();
            file.writeFully(bytes("text"), 0);
            assertThat(file.size()).isEqualTo(4);
            assertThat(read(file)).isEqualTo("text");
        }
        assertThat(read(FILE)).isEqualTo("text");
    }

    @Test
    void aNameThatIsTakenIsNotCreatedAgain() throws IOException {
        write(FILE, "text");
        disk.createDirectories(FOLDER);

        assertThatThrownBy(() -> disk.create(FILE)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> disk.create(FOLDER)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(read(FILE)).isEqualTo("text");
    }

    @Test
    void whatIsNotThereIsNoSuchFile() {
        assertThatThrownBy(() -> disk.openForRead(FILE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.openForWrite(FILE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.delete(FILE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.rename(FILE, OTHER)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.list(FOLDER)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.forceDirectory(FOLDER)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.create(FOLDER.resolve(FILE))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileOpenedForReadingIsNotWritten() throws IOException {
        write(FILE, "text");
        try (DiskFile file = disk.openForRead(FILE)) {
            assertThatThrownBy(() -> file.write(bytes("x"), 0))
                    .isInstanceOfAny(IOException.class, NonWritableChannelException.class);
            assertThatThrownBy(() -> file.truncate(0))
                    .isInstanceOfAny(IOException.class, NonWritableChannelException.class);
        }
        assertThat(read(FILE)).isEqualTo("text");
    }

    @Test
    void aFileOpenedForWritingKeepsItsBytes() throws IOException {
        write(FILE, "text");
        try (DiskFile file = disk.openForWrite(FILE)) {
            file.writeFully(bytes("s"), 3);
            assertThat(read(file)).isEqualTo("texs");
        }
    }

    @Test
    void writingPastTheEndLeavesZerosBetween() throws IOException {
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(bytes("a"), 0);
            file.writeFully(bytes("b"), 3);
            assertThat(read(file)).isEqualTo("a\0\0b");
        }
    }

    /** Where the disk cannot write past its cache, it says so and has done nothing. */
    @Test
    void whatIsWrittenPastTheCacheIsReadAndForcedLikeAllElse() throws IOException {
        ByteBuffer source = ByteBuffer.allocateDirect(4 * DiskFile.DIRECT_ALIGNMENT)
                .alignedSlice(DiskFile.DIRECT_ALIGNMENT)
                .limit(2 * DiskFile.DIRECT_ALIGNMENT)
                .slice();
        while (source.hasRemaining()) {
            source.put((byte) ('a' + source.position() / 1000));
        }
        source.flip();
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(bytes("before"), 0);
            if (!file.writeDirectly(source, DiskFile.DIRECT_ALIGNMENT)) {
                assertThat(file.size()).isEqualTo("before".length());
                assertThat(source.position()).isZero();
                file.writeFully(source, DiskFile.DIRECT_ALIGNMENT);
            }
            assertThat(source.hasRemaining()).isFalse();
            file.writeFully(bytes("after"), 3L * DiskFile.DIRECT_ALIGNMENT);
            file.force();
        }
        disk.forceDirectory(Path.of(""));
        String expected = "before" + "\0".repeat(DiskFile.DIRECT_ALIGNMENT - "before".length())
                + StandardCharsets.UTF_8.decode(source.flip()) + "after";
        assertThat(read(FILE)).isEqualTo(expected);
        losePower();
        assertThat(read(FILE)).isEqualTo(expected);
    }

    @Test
    void readingStopsAtTheEnd() throws IOException {
        write(FILE, "text");
        try (DiskFile file = disk.openForRead(FILE)) {
            ByteBuffer target = ByteBuffer.allocate(10);
            assertThat(file.read(target, 2)).isEqualTo(2);
            assertThat(target.position()).isEqualTo(2);
            assertThat(file.read(target, 4)).isEqualTo(-1);
            assertThat(file.read(target, 1000)).isEqualTo(-1);
            assertThatThrownBy(() -> file.readFully(target, 0)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void buffersOfEveryKindAreWrittenFromPositionToLimit() throws IOException {
        ByteBuffer direct = ByteBuffer.allocateDirect(10)
                .put(2, bytes("text"), 0, 4)
                .position(2)
                .limit(6);
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(direct, 0);
            file.writeFully(bytes("text").asReadOnlyBuffer(), 4);
            assertThat(direct.position()).isEqualTo(6);
            assertThat(read(file)).isEqualTo("texttext");
        }
    }

    @Test
    void truncatingCutsAndNeverExtends() throws IOException {
        write(FILE, "text");
        try (DiskFile file = disk.openForWrite(FILE)) {
            file.truncate(10);
            assertThat(read(file)).isEqualTo("text");
            file.truncate(2);
            assertThat(read(file)).isEqualTo("te");
            file.writeFully(bytes("t"), 3);
            assertThat(read(file)).isEqualTo("te\0t");
        }
    }

    @Test
    void forcingChangesNothingThatIsSeen() throws IOException {
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(bytes("text"), 0);
            file.force();
            disk.forceDirectory(ROOT);
            assertThat(read(file)).isEqualTo("text");
        }
    }

    @Test
    void closingIsIdempotentAndEndsTheUse() throws IOException {
        DiskFile file = disk.create(FILE);
        file.close();
        file.close();

        assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> file.write(bytes("x"), 0)).isInstanceOf(IOException.class);
        assertThatThrownBy(file::force).isInstanceOf(IOException.class);
        assertThatThrownBy(file::size).isInstanceOf(IOException.class);
    }

    @Test
    void threadsShareAFileByPosition() throws Exception {
        int threads = 4;
        int writes = 50;
        int length = 1000;
        try (DiskFile file = disk.create(FILE)) {
            ExecutorService writers = Executors.newFixedThreadPool(threads);
            try {
                List<Future<?>> running = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                    int mine = thread;
                    running.add(writers.submit(() -> {
                        for (int write = 0; write < writes; write++) {
                            int place = write * threads + mine;
                            String text =
                                    String.valueOf((char) ('a' + place % 26)).repeat(length);
                            file.writeFully(bytes(text), (long) place * length);
                            ByteBuffer back = ByteBuffer.allocate(length);
                            file.readFully(back, (long) place * length);
                            assertThat(back.flip()).isEqualTo(bytes(text));
                        }
                        return null;
                    }));
                }
                for (Future<?> writer : running) {
                    writer.get(30, TimeUnit.SECONDS);
                }
            } finally {
                writers.shutdownNow();
            }
            assertThat(file.size()).isEqualTo((long) threads * writes * length);
        }
    }

    // Names

    @Test
    void renamingReplacesTheFileThatHasTheName() throws IOException {
        disk.createDirectories(FOLDER);
        write(FILE, "new");
        write(FOLDER.resolve(OTHER), "old");

        disk.rename(FILE, FOLDER.resolve(OTHER));

        assertThat(read(FOLDER.resolve(OTHER))).isEqualTo("new");
        assertThat(disk.list(ROOT)).containsExactly(FOLDER);
    }

    @Test
    void renamingToItsOwnNameKeepsTheFile() throws IOException {
        write(FILE, "text");
        disk.rename(FILE, FILE);
        assertThat(read(FILE)).isEqualTo("text");
    }

    @Test
    void anOpenFileKeepsItsBytesWhateverBecomesOfItsName() throws IOException {
        write(FILE, "old");
        write(OTHER, "new");
        try (DiskFile file = disk.openForWrite(FILE)) {
            disk.rename(OTHER, FILE);
            assertThat(read(file)).isEqualTo("old");
            disk.delete(FILE);
            file.writeFully(bytes("er"), 3);
            assertThat(read(file)).isEqualTo("older");
        }
        assertThat(disk.list(ROOT)).isEmpty();
    }

    @Test
    void aDeletedNameIsFree() throws IOException {
        write(FILE, "old");
        disk.delete(FILE);

        assertThat(disk.size(FILE)).isEmpty();
        write(FILE, "new");
        assertThat(read(FILE)).isEqualTo("new");
    }

    @Test
    void directoriesAreMadeWithThoseAboveThemAndMayBeThere() throws IOException {
        Path deep = Path.of("a", "b", "c");
        disk.createDirectories(deep);
        disk.createDirectories(deep);
        disk.createDirectories(ROOT);
        write(deep.resolve(FILE), "text");

        assertThat(read(deep.resolve(FILE))).isEqualTo("text");
        assertThat(disk.list(Path.of("a"))).containsExactly(Path.of("b"));
    }

    @Test
    void aFileIsNoDirectory() throws IOException {
        write(FILE, "text");

        assertThatThrownBy(() -> disk.createDirectories(FILE)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.createDirectories(FILE.resolve(OTHER))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.list(FILE)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.create(FILE.resolve(OTHER))).isInstanceOf(IOException.class);
    }

    @Test
    void aDirectoryIsNoFile() throws IOException {
        disk.createDirectories(FOLDER);
        write(FILE, "text");

        assertThat(disk.size(FOLDER)).isEmpty();
        assertThatThrownBy(() -> disk.delete(FOLDER)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.openForWrite(FOLDER)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.rename(FILE, FOLDER)).isInstanceOf(IOException.class);
        assertThat(read(FILE)).isEqualTo("text");
    }

    @Test
    void listingIsSortedAndNamesOnlyWhatIsInTheDirectory() throws IOException {
        disk.createDirectories(FOLDER);
        for (String name : List.of("b", "a", "C", "10", "9")) {
            write(FOLDER.resolve(name), "");
        }
        write(FILE, "");

        assertThat(disk.list(FOLDER))
                .containsExactly(Path.of("10"), Path.of("9"), Path.of("C"), Path.of("a"), Path.of("b"));
        assertThat(disk.list(ROOT)).containsExactly(FILE, FOLDER);
    }

    @Test
    void sizeIsThatOfAFileOrEmpty() throws IOException {
        write(FILE, "text");

        assertThat(disk.size(FILE)).hasValue(4);
        assertThat(disk.size(OTHER)).isEmpty();
        assertThat(disk.size(FOLDER.resolve(FILE))).isEmpty();
        assertThat(disk.size(ROOT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/absolute", "..", "../up", "folder/../../up", "folder/.."})
    void namesStayBelowTheRoot(String name) {
        Path outside = Path.of(name);

        assertThatThrownBy(() -> disk.create(outside)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.openForRead(outside)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.openForWrite(outside)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.rename(outside, FILE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.delete(outside)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.createDirectories(outside)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.list(outside)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.size(outside)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.stamp(outside)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.forceDirectory(outside)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.lock(outside)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileIsNotRenamedToANameOutsideTheRoot() throws IOException {
        write(FILE, "text");
        assertThatThrownBy(() -> disk.rename(FILE, Path.of("../up"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(read(FILE)).isEqualTo("text");
    }

    // Stamps

    private FileStamp stamp(Path path) throws IOException {
        return disk.stamp(path).orElseThrow();
    }

    @Test
    void whatIsNotThereHasNoStamp() throws IOException {
        assertThat(disk.stamp(FILE)).isEmpty();
        assertThat(disk.stamp(FOLDER.resolve(FILE))).isEmpty();
    }

    @Test
    void aStampStaysAsLongAsNothingIsChanged() throws IOException {
        disk.createDirectories(FOLDER);
        write(FOLDER.resolve(FILE), "text");
        FileStamp folder = stamp(FOLDER);
        FileStamp file = stamp(FOLDER.resolve(FILE));
        awaitTick(file);

        assertThat(read(FOLDER.resolve(FILE))).isEqualTo("text");
        disk.list(FOLDER);
        disk.forceDirectory(FOLDER);
        assertThat(stamp(FOLDER)).isEqualTo(folder);
        assertThat(stamp(FOLDER.resolve(FILE))).isEqualTo(file);
    }

    /** Waits, by changing something else, until the clock of the disk has moved on. */
    private void awaitTick(FileStamp from) throws IOException {
        Path probe = Path.of("probe");
        FileStamp now = from;
        while (!from.isOlderThan(now)) {
            disk.create(probe).close();
            now = stamp(probe);
            disk.delete(probe);
        }
    }

    @Test
    void everyChangeOfNamesInAFolderChangesItsStampOnceTheClockHasMovedOn() throws IOException {
        disk.createDirectories(FOLDER);
        Path one = FOLDER.resolve(FILE);
        Path two = FOLDER.resolve(OTHER);
        changesTheStampOfTheFolder(() -> write(one, "one"));
        changesTheStampOfTheFolder(() -> disk.rename(one, two));
        changesTheStampOfTheFolder(() -> write(one, "again"));
        changesTheStampOfTheFolder(() -> disk.rename(one, two));
        changesTheStampOfTheFolder(() -> disk.delete(two));
        write(OTHER, "from elsewhere");
        changesTheStampOfTheFolder(() -> disk.rename(OTHER, two));
        changesTheStampOfTheFolder(() -> disk.rename(two, OTHER));
    }

    private interface Change {
        void make() throws IOException;
    }

    private void changesTheStampOfTheFolder(Change change) throws IOException {
        FileStamp before = stamp(FOLDER);
        awaitTick(before);
        change.make();
        assertThat(before.isOlderThan(stamp(FOLDER))).isTrue();
    }

    @Test
    void foldersHaveStampsOfTheirOwn() throws IOException {
        disk.createDirectories(FOLDER);
        disk.createDirectories(Path.of("second"));
        assertThat(stamp(FOLDER).file()).isNotEqualTo(stamp(Path.of("second")).file());
    }

    // The whole

    @Test
    void freeBytesAreNotNegative() throws IOException {
        assertThat(disk.freeBytes()).isNotNegative();
    }

    @Test
    void theFileSystemStaysTheSame() throws IOException {
        Object before = disk.fileSystem();
        disk.createDirectories(Path.of("a"));
        assertThat(disk.fileSystem()).isEqualTo(before);
    }

    @Test
    void aLockHasOneHolderAtATime() throws IOException {
        Closeable first = disk.lock(FILE);
        assertThatThrownBy(() -> disk.lock(FILE))
                .isInstanceOfSatisfying(
                        ChunkServerException.Unusable.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.DIRECTORY_LOCKED));
        first.close();

        Closeable second = disk.lock(FILE);
        first.close();
        assertThatThrownBy(() -> disk.lock(FILE)).isInstanceOf(ChunkServerException.Unusable.class);
        second.close();
        disk.lock(FILE).close();
    }
}
