package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.CrashExplorerTest.load;
import static io.chunkserver.core.testkit.CrashExplorerTest.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The first part is the example of TESTKIT.md, word for word. */
class FaultyDiskTest {

    // The example begins here.
    @Test
    void aForceThatFailsIsTold() {
        DiskScript script = DiskScript.once(
                operation -> operation.kind() == DiskOperation.Kind.FORCE,
                0, // so many of them are good before
                DiskFault.IO_ERROR);

        assertThatThrownBy(() -> store(new FaultyDisk(new MemoryDisk(), script), "a text"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatFaultsAreDrawnATextThatWasStoredIsThere() throws IOException {
        for (int seed = 0; seed < 100; seed++) {
            MemoryDisk memory = new MemoryDisk();
            List<DiskFault> faults = List.of(DiskFault.IO_ERROR, DiskFault.NO_SPACE, DiskFault.SHORT_COUNT);
            try {
                store(new FaultyDisk(memory, DiskScript.drawn(new Random(seed), 0.1, faults)), "a text");
            } catch (IOException told) {
                continue;
            }
            memory.crash();
            assertThat(load(memory)).as("seed %d", seed).isEqualTo("a text");
        }
    }
    // The example ends here.

    private static final Path ROOT = Path.of("");
    private static final Path FILE = Path.of("file");
    private static final byte[] BYTES = {1, 2, 3, 4, 5};

    private final MemoryDisk memory = new MemoryDisk();

    @Nested
    class WithoutAFault extends DiskContract {

        @Override
        protected Disk newDisk() {
            return new FaultyDisk(memory, DiskScript.GOOD);
        }

        @Override
        protected Disk crash() {
            memory.crash();
            return newDisk();
        }
    }

    /** The first operation of this kind has this fault. */
    private Disk first(Kind kind, DiskFault fault) {
        return new FaultyDisk(memory, DiskScript.once(operation -> operation.kind() == kind, 0, fault));
    }

    private static byte[] read(DiskFile file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
        file.readFully(bytes, 0);
        return bytes.array();
    }

    @Test
    void aFailedWriteWritesNothing() throws IOException {
        try (DiskFile file = first(Kind.WRITE, DiskFault.IO_ERROR).create(FILE)) {
            assertThatThrownBy(() -> file.write(ByteBuffer.wrap(BYTES), 0)).hasMessage("file: Input/output error");
            assertThat(file.size()).isZero();
        }
    }

    @Test
    void aFullDiskIsToldAsSuch() throws IOException {
        try (DiskFile file = first(Kind.WRITE, DiskFault.NO_SPACE).create(FILE)) {
            assertThatThrownBy(() -> file.write(ByteBuffer.wrap(BYTES), 0)).isInstanceOf(DiskFullException.class);
            file.writeFully(ByteBuffer.wrap(BYTES), 0);
            assertThat(read(file)).isEqualTo(BYTES);
        }
    }

    @Test
    void withoutAHandleNothingIsOpenedAndNothingIsLost() throws IOException {
        try (DiskFile file = memory.create(FILE)) {
            file.writeFully(ByteBuffer.wrap(BYTES), 0);
            FaultyDisk without = new FaultyDisk(memory, operation -> DiskFault.NO_HANDLES);
            assertThatThrownBy(() -> without.openForRead(FILE)).isInstanceOf(ChunkServerException.Overloaded.class);
            assertThatThrownBy(() -> without.create(Path.of("other")))
                    .isInstanceOf(ChunkServerException.Overloaded.class);
            assertThatThrownBy(() -> without.forceDirectory(Path.of("")))
                    .isInstanceOf(ChunkServerException.Overloaded.class);
            without.rename(FILE, Path.of("renamed"));
            assertThat(read(file)).isEqualTo(BYTES);
        }
        memory.forceDirectory(Path.of(""));
        memory.crash();
        assertThat(memory.size(Path.of("renamed"))).isPresent();
    }

    @Test
    void aShortWriteWritesHalfAndTheRestCanFollow() throws IOException {
        try (DiskFile file = first(Kind.WRITE, DiskFault.SHORT_COUNT).create(FILE)) {
            ByteBuffer source = ByteBuffer.wrap(BYTES);
            assertThat(file.write(source, 0)).isEqualTo(3);
            assertThat(read(file)).containsExactly(1, 2, 3);
            assertThat(source.remaining()).isEqualTo(2);
        }
    }

    @Test
    void aShortReadReadsHalf() throws IOException {
        try (DiskFile file = first(Kind.READ, DiskFault.SHORT_COUNT).create(FILE)) {
            file.writeFully(ByteBuffer.wrap(BYTES), 0);
            ByteBuffer target = ByteBuffer.allocate(5);
            assertThat(file.read(target, 0)).isEqualTo(3);
            file.readFully(target, 3);
            assertThat(target.array()).isEqualTo(BYTES);
        }
    }

    @Test
    void aFlippedBitIsInWhatIsReadNotOnTheDisk() throws IOException {
        try (DiskFile file = first(Kind.READ, DiskFault.FLIPPED_BIT).create(FILE)) {
            file.writeFully(ByteBuffer.wrap(BYTES), 0);
            assertThat(read(file)).containsExactly(1, 2, 2, 4, 5);
            assertThat(read(file)).isEqualTo(BYTES);
        }
    }

    @Test
    void afterAFailedForceTheNextSucceedsAndTheBytesAreLostInACrash() throws IOException {
        try (DiskFile file = first(Kind.FORCE, DiskFault.IO_ERROR).create(FILE)) {
            file.writeFully(ByteBuffer.wrap(BYTES), 0);
            assertThatThrownBy(file::force).isInstanceOf(IOException.class);
            file.force();
            assertThat(read(file)).isEqualTo(BYTES);
        }
        memory.forceDirectory(ROOT);
        memory.crash(CrashMode.POSIX, CrashChoices.EVERYTHING);
        assertThat(memory.size(FILE)).hasValue(0);
    }

    @Test
    void afterAFailedForceOfADirectoryTheNextSucceedsAndTheNameIsLostInACrash() throws IOException {
        Disk disk = first(Kind.FORCE_DIRECTORY, DiskFault.IO_ERROR);
        disk.create(FILE).close();
        assertThatThrownBy(() -> disk.forceDirectory(ROOT)).isInstanceOf(IOException.class);
        disk.forceDirectory(ROOT);
        assertThat(disk.list(ROOT)).containsExactly(FILE);
        memory.crash(CrashMode.POSIX, CrashChoices.EVERYTHING);
        assertThat(memory.list(ROOT)).isEmpty();
    }

    @Test
    void aStoppedDiskMakesNoMoreChangesAndTearsTheWriteInWhichItStopped() throws IOException {
        StopAfter script = StopAfter.forGood(2, sector -> sector == 1);
        FaultyDisk disk = new FaultyDisk(memory, script);
        DiskFile file = disk.create(FILE);
        disk.forceDirectory(ROOT);
        assertThatThrownBy(() -> file.write(ByteBuffer.wrap(new byte[1000]), 0)).hasMessage("the disk has stopped");
        assertThatThrownBy(file::force).hasMessage("the disk has stopped");
        assertThatThrownBy(() -> disk.delete(FILE)).hasMessage("the disk has stopped");
        assertThat(script.changes()).isEqualTo(5);
        assertThat(script.forces()).isEqualTo(1);

        memory.crash();
        assertThat(memory.size(FILE)).hasValue(1000);
    }

    @Test
    void theScriptHearsOfAnOpenFileByTheNameThatItHas() throws IOException {
        List<Path> written = new ArrayList<>();
        FaultyDisk disk = new FaultyDisk(memory, operation -> {
            if (operation.kind() == Kind.WRITE) {
                written.add(operation.path());
            }
            return DiskFault.NONE;
        });
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(ByteBuffer.wrap(BYTES), 0);
            disk.rename(FILE, Path.of("renamed"));
            file.writeFully(ByteBuffer.wrap(BYTES), 0);
        }
        assertThat(written).containsExactly(FILE, Path.of("renamed"));
    }

    @Test
    void aDiskHangsUntilItIsLetGo() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        FaultyDisk disk = new FaultyDisk(memory, operation -> {
            reached.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return DiskFault.NONE;
        });
        FutureTask<DiskFile> creating = new FutureTask<>(() -> disk.create(FILE));
        new Thread(creating, "creates a file").start();

        reached.await();
        assertThat(memory.size(FILE)).isEmpty();
        assertThat(creating.isDone()).isFalse();
        released.countDown();
        creating.get(10, TimeUnit.SECONDS).close();
        assertThat(memory.size(FILE)).hasValue(0);
    }

    @Test
    void theSameSeedDrawsTheSameFaults() {
        assertThat(drawn(7)).isEqualTo(drawn(7)).isNotEqualTo(drawn(8)).contains(DiskFault.NONE, DiskFault.IO_ERROR);
    }

    private static List<DiskFault> drawn(long seed) {
        DiskScript script =
                DiskScript.drawn(new SplittableRandom(seed), 0.3, List.of(DiskFault.IO_ERROR, DiskFault.NO_SPACE));
        List<DiskFault> faults = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            faults.add(script.before(new DiskOperation(Kind.WRITE, FILE)));
        }
        return faults;
    }
}
