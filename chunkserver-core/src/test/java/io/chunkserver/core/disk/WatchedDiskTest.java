package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.testkit.DiskContract;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ExpectedErrors.class)
class WatchedDiskTest {

    private static final Path FILE = Path.of("file");

    private DiskScript script = DiskScript.GOOD;
    private Instant now = Instant.EPOCH;
    private final WatchedDisk disk =
            new WatchedDisk(new FaultyDisk(new MemoryDisk(), operation -> script.before(operation)), () -> now);
    private final List<Optional<Failure>> told = new ArrayList<>();

    @Nested
    class AsAnyOther extends DiskContract {

        private final MemoryDisk memory = new MemoryDisk();

        @Override
        protected Disk newDisk() {
            return new WatchedDisk(memory, InstantSource.system());
        }

        @Override
        protected Disk crash() {
            memory.crash();
            return newDisk();
        }
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            disk.watch().look();
        }
    }

    /** Does all that a disk can do. */
    private void useAll() throws IOException {
        try (DiskFile file = disk.create(FILE)) {
            file.write(ByteBuffer.allocate(3), 0);
            file.truncate(2);
            file.force();
            assertThat(file.size()).isEqualTo(2);
        }
        try (DiskFile file = disk.openForRead(FILE)) {
            file.read(ByteBuffer.allocate(1), 0);
        }
        disk.openForWrite(FILE).close();
        disk.createDirectories(Path.of("folder"));
        disk.list(Path.of("folder"));
        disk.size(FILE);
        disk.stamp(FILE);
        disk.rename(FILE, Path.of("other"));
        disk.delete(Path.of("other"));
        disk.forceDirectory(Path.of(""));
        disk.freeBytes();
        disk.lock(Path.of("lock")).close();
    }

    @Test
    void everyCallThatHangsIsFoundAndNamedUntilItEnds() throws IOException {
        disk.watch().listen(() -> told.add(disk.watch().stall()));
        Set<DiskOperation.Kind> hung = EnumSet.noneOf(DiskOperation.Kind.class);
        script = operation -> {
            look(CallWatch.STALLED_LOOKS - 1);
            assertThat(disk.watch().stall()).isEmpty();
            look(1);
            Failure why = disk.watch().stall().orElseThrow();
            assertThat(why.code()).isEqualTo(ErrorCode.DISK_FAILED);
            assertThat(why.message()).contains(operation.path().toString(), "more than 15 s");
            hung.add(operation.kind());
            return DiskFault.NONE;
        };

        useAll();

        look(1);
        assertThat(disk.watch().stall()).isEmpty();
        assertThat(hung).containsExactlyInAnyOrder(DiskOperation.Kind.values());
        assertThat(told.get(0)).isPresent();
        assertThat(told.get(told.size() - 1)).isEmpty();
    }

    @Test
    void callsThatEndAreForgottenAlsoWhenTheyFail() throws IOException {
        useAll();
        script = DiskScript.once(operation -> true, 0, DiskFault.IO_ERROR);
        assertThatThrownBy(() -> disk.create(FILE)).isInstanceOf(IOException.class);

        look(10 * CallWatch.STALLED_LOOKS);

        assertThat(disk.watch().stall()).isEmpty();
    }

    /** Forces a file so often, each time for so long. */
    private void force(int times, Duration took) throws IOException {
        script = operation -> {
            now = operation.kind() == DiskOperation.Kind.FORCE ? now.plus(took) : now;
            return DiskFault.NONE;
        };
        try (DiskFile file = disk.openForWrite(FILE)) {
            for (int i = 0; i < times; i++) {
                file.force();
            }
        }
    }

    private Optional<Duration> usualForce() {
        return disk.watch().usual(CallWatch.Kind.FORCE);
    }

    @Test
    void whatACallUsuallyTakesIsTheMiddleOfTheLastOnes() throws IOException {
        disk.create(FILE).close();
        force(CallTimes.LEAST - 1, Duration.ofMillis(10));
        assertThat(usualForce()).as("of few").isEmpty();
        force(1, Duration.ofMinutes(1));
        assertThat(usualForce()).as("whatever the slowest took").contains(Duration.ofMillis(10));
        force(1, Duration.ofMinutes(-1));
        assertThat(usualForce()).as("when the clock jumped").contains(Duration.ofMillis(10));
        force(CallTimes.KEPT / 2 + 1, Duration.ofMillis(70));
        assertThat(usualForce()).contains(Duration.ofMillis(70));
        assertThat(disk.watch().usual(CallWatch.Kind.READ)).isEmpty();
        assertThat(disk.watch().usual(CallWatch.Kind.WRITE)).isEmpty();
    }

    @Test
    void callsOfLongAgoSayNothing() throws IOException {
        disk.create(FILE).close();
        force(CallTimes.KEPT, Duration.ofMillis(10));
        look(CallTimes.REMEMBERED_LOOKS - 1);
        assertThat(usualForce()).isPresent();
        look(1);
        assertThat(usualForce()).isEmpty();
    }

    @Test
    void readsWritesAndForcesOfFoldersAreTimedToo() throws IOException {
        script = operation -> {
            now = now.plusMillis(operation.kind() == DiskOperation.Kind.READ ? 3 : 7);
            return DiskFault.NONE;
        };
        try (DiskFile file = disk.create(FILE)) {
            for (int i = 0; i < CallTimes.LEAST; i++) {
                file.write(ByteBuffer.wrap(new byte[] {1}), 0);
                file.read(ByteBuffer.allocate(1), 0);
                disk.forceDirectory(Path.of(""));
            }
        }
        assertThat(disk.watch().usual(CallWatch.Kind.READ)).isPresent();
        assertThat(disk.watch().usual(CallWatch.Kind.WRITE)).isPresent();
        assertThat(usualForce()).isPresent();
        assertThat(usualForce()).isNotEqualTo(disk.watch().usual(CallWatch.Kind.READ));
    }
}
