package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.testkit.ChosenCrash;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory joins those of a server that runs, at one moment, or is refused and nothing has changed. */
class JoiningDirectoryTest {

    private static final int CRASHES_OF_EACH_OPERATION = 6;

    private final Random random = new Random(1);

    private DataDirectory.Builder on(Disk disk) {
        return DataDirectory.on(disk, random);
    }

    private List<DataDirectory> open(List<? extends Disk> disks) throws IOException {
        return DataDirectories.open(disks.stream().map(this::on).toList(), Set.of());
    }

    private static void close(List<DataDirectory> open) throws IOException {
        for (DataDirectory directory : open) {
            directory.close();
        }
    }

    private static List<MemoryDisk> disks(int count) {
        return IntStream.range(0, count).mapToObj(i -> new MemoryDisk()).toList();
    }

    private DataDirectory join(List<DataDirectory> members, Disk added) throws IOException {
        DataDirectory joining = JoiningDirectory.open(members, on(added));
        try {
            JoiningDirectory.join(members, joining);
            return joining;
        } catch (IOException e) {
            joining.closeAfter(e);
            throw e;
        }
    }

    private static void store(MemoryDisk disk) throws IOException {
        disk.createDirectories(DataDirectory.CHUNKS.resolve("00"));
        disk.forceDirectory(DataDirectory.CHUNKS);
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .message()
                .contains(words);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void allKnowEachOtherAfterwardsAsAfterAStartWithAllOfThem(int before) throws IOException {
        List<MemoryDisk> disks = disks(before);
        MemoryDisk added = new MemoryDisk();
        List<DataDirectory> members = open(disks);
        members.get(0).recordPort(4711);
        ServerIdentity old = members.get(0).identity();
        DataDirectory joined = join(members, added);

        assertThat(joined.identity().serverId()).isEqualTo(old.serverId());
        assertThat(joined.identity().serverUuid()).isEqualTo(old.serverUuid());
        assertThat(joined.identity().bootCount()).isEqualTo(old.bootCount());
        assertThat(joined.identity().lastPort()).isEqualTo(4711);
        assertThat(joined.identity().set().members()).hasSize(before + 1);
        assertThat(joined.identity().set().lastStart()).isEqualTo(old.bootCount());
        assertThat(members)
                .allSatisfy(member -> assertThat(member.identity().set())
                        .isEqualTo(joined.identity().set()));
        assertThat(on(added).look()).as("on disk").contains(joined.identity());
        assertThat(on(disks.get(0)).look())
                .as("on disk")
                .contains(members.get(0).identity());
        joined.close();
        close(members);
    }

    @Test
    void aStartThatDoesNotNameItIsToldWhichDirectoryIsMissing() throws IOException {
        List<MemoryDisk> disks = disks(1);
        List<DataDirectory> members = open(disks);
        DataDirectory joined = join(members, new MemoryDisk());
        joined.close();
        close(members);

        assertRefused(
                ErrorCode.BAD_CONFIGURATION,
                () -> open(disks),
                "another data directory",
                joined.identity().uuid().toString());
    }

    @Test
    void whatIsNoNewDirectoryIsRefusedAndNothingIsChanged() throws IOException {
        List<MemoryDisk> disks = disks(2);
        List<DataDirectory> members = open(disks);
        List<ServerIdentity> before =
                members.stream().map(DataDirectory::identity).toList();
        MemoryDisk filled = new MemoryDisk();
        filled.create(Path.of("holiday.jpg")).close();
        MemoryDisk used = new MemoryDisk();
        on(used).open().close();
        store(used);
        MemoryDisk lost = new MemoryDisk();
        lost.createDirectories(DataDirectory.LOG.resolve("x"));
        List<MemoryDisk> others = disks(2);
        close(open(others));
        MemoryDisk copy = disks.get(0).copyAfterProcessDeath();
        for (MemoryDisk unsuitable : List.of(filled, used, lost, others.get(1), copy, disks.get(1))) {
            List<Path> names = unsuitable.list(Path.of(""));
            assertRefused(
                    ErrorCode.INVALID_ARGUMENT, () -> JoiningDirectory.open(members, on(unsuitable)), "directory");
            assertThat(unsuitable.list(Path.of(""))).isEqualTo(names);
        }
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> JoiningDirectory.open(members, on(filled)), "holiday.jpg");
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> JoiningDirectory.open(members, on(used)), "has data already");
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> JoiningDirectory.open(members, on(copy)), "a copy of it");
        assertThat(members).extracting(DataDirectory::identity).isEqualTo(before);
        close(members);
        assertThat(open(disks)).hasSize(2);
    }

    @Test
    void anEmptyDirectoryOfARunningServerIsRefused() throws IOException {
        List<DataDirectory> members = open(disks(1));
        MemoryDisk taken = new MemoryDisk();
        // It belongs to whoever has named it so; only that server takes it.
        on(taken).serverId(members.get(0).identity().serverId()).open();

        assertRefused(ErrorCode.DIRECTORY_LOCKED, () -> JoiningDirectory.open(members, on(taken)), "lock");
        close(members);
    }

    @Test
    void thereIsAMostOfDirectories() throws IOException {
        List<DataDirectory> members = open(disks(DirectorySet.MAX_MEMBERS));
        MemoryDisk added = new MemoryDisk();

        assertRefused(
                ErrorCode.INVALID_ARGUMENT,
                () -> JoiningDirectory.open(members, on(added)),
                String.valueOf(DirectorySet.MAX_MEMBERS));
        assertThat(added.list(Path.of(""))).isEmpty();
        close(members);
    }

    /** A joining that a disk has ended is done again with the same directory, or with another one in its place. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aJoiningThatFailedIsDoneAgain(boolean same) throws IOException {
        List<MemoryDisk> disks = disks(2);
        boolean[] failing = new boolean[1];
        DiskScript script = operation -> failing[0] ? DiskFault.IO_ERROR : DiskFault.NONE;
        List<DataDirectory> members = open(List.of(disks.get(0), new FaultyDisk(disks.get(1), script)));
        MemoryDisk added = new MemoryDisk();
        failing[0] = true;
        assertThatThrownBy(() -> join(members, added)).isInstanceOf(IOException.class);
        failing[0] = false;

        MemoryDisk next = same ? added : new MemoryDisk();
        DataDirectory joined = join(members, next);

        assertThat(joined.identity().set().members()).hasSize(3);
        assertThat(members)
                .allSatisfy(member -> assertThat(member.identity().set())
                        .isEqualTo(joined.identity().set()));
        joined.close();
        close(members);
        List<MemoryDisk> all = new ArrayList<>(disks);
        all.add(next);
        close(open(all));
    }

    /** All have it on disk, but the disk of its own that would say so: it is known to be new. */
    @Test
    void oneThatTheOthersKnowAlreadyIsTaken() throws IOException {
        List<DataDirectory> members = open(disks(1));
        MemoryDisk added = new MemoryDisk();
        DataDirectory first = join(members, added);
        first.close();
        store(added);

        DataDirectory again = join(members, added);

        assertThat(again.identity()).isEqualTo(first.identity());
        again.close();
        close(members);
    }

    /**
     * Whatever operation is the last one, and whatever a crash then leaves of what was not forced: a start with the new directory has all,
     * in one set; and one with the old ones either has nothing of the new one, or says that it is missing. Once it has joined, it is missed.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aCrashLeavesAServerThatStartsWithTheNewListAndMissesNothingWithTheOld(int before) throws IOException {
        int survived = 0;
        int refused = 0;
        for (int last = 0; survived == 0; last++) {
            for (int crash = 0; crash < CRASHES_OF_EACH_OPERATION; crash++) {
                List<MemoryDisk> disks = disks(before);
                MemoryDisk added = new MemoryDisk();
                AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
                DiskScript script = operation -> left.getAndDecrement() > 0 ? DiskFault.NONE : DiskFault.STOPPED;
                List<DataDirectory> members = open(
                        disks.stream().map(disk -> new FaultyDisk(disk, script)).toList());
                store(disks.get(0));
                left.set(last);
                boolean joined = false;
                try {
                    join(members, new FaultyDisk(added, script));
                    joined = true;
                    survived++;
                } catch (IOException stopped) {
                    // As a process that has died.
                }
                crash(disks, added, crash % 2 == 0 ? CrashMode.POSIX : CrashMode.JOURNAL);
                refused += checkStarts(members.get(0).identity(), disks, added, joined) ? 0 : 1;
            }
        }
        assertThat(refused).as("starts that miss the new one").isGreaterThan(CRASHES_OF_EACH_OPERATION);
    }

    private void crash(List<MemoryDisk> disks, MemoryDisk added, CrashMode mode) {
        disks.forEach(disk -> disk.crash(mode, ChosenCrash.random(random)));
        added.crash(mode, ChosenCrash.random(random));
    }

    /** Whether the old list was enough. */
    private boolean checkStarts(ServerIdentity server, List<MemoryDisk> disks, MemoryDisk added, boolean joined)
            throws IOException {
        List<MemoryDisk> copies =
                disks.stream().map(MemoryDisk::copyAfterProcessDeath).toList();
        MemoryDisk copy = added.copyAfterProcessDeath();
        List<MemoryDisk> all = new ArrayList<>(disks);
        all.add(added);
        UUID id = startsWith(all, server);
        boolean enough = true;
        try {
            close(open(copies));
        } catch (ChunkServerException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
            assertThat(e).hasMessageContaining(id.toString()).hasMessageContaining("another data directory");
            enough = false;
        }
        assertThat(enough && joined)
                .as("a directory that has joined and is not missed")
                .isFalse();
        List<MemoryDisk> later = new ArrayList<>(copies);
        later.add(copy);
        assertThat(startsWith(later, server))
                .as("after a start with the old list")
                .isNotNull();
        return enough;
    }

    private UUID startsWith(List<MemoryDisk> all, ServerIdentity server) throws IOException {
        List<DataDirectory> open = open(all);
        assertThat(new HashSet<>(open.stream()
                        .map(directory -> directory.identity().set())
                        .toList()))
                .hasSize(1);
        assertThat(open).allSatisfy(directory -> {
            assertThat(directory.identity().serverUuid()).isEqualTo(server.serverUuid());
            assertThat(directory.identity().bootCount()).isGreaterThan(server.bootCount());
        });
        UUID added = open.get(all.size() - 1).identity().uuid();
        close(open);
        return added;
    }

    @Test
    void aPlaceIsADirectoryThatIsThereAndInNoOther(@TempDir Path root) throws IOException {
        Path data = root.resolve("data");
        on(new LocalDisk(data)).open().close();
        Path file = Files.createFile(root.resolve("file"));
        Path link = Files.createSymbolicLink(root.resolve("link"), data.resolve("quarantine"));
        Path empty = Files.createDirectory(root.resolve("empty"));

        assertThatCode(() -> JoiningDirectory.checkPlace(empty)).doesNotThrowAnyException();
        for (Path wrong : List.of(Path.of("data"), root.resolve("missing"), file, data.resolve("quarantine"), link)) {
            assertRefused(ErrorCode.INVALID_ARGUMENT, () -> JoiningDirectory.checkPlace(wrong), wrong.toString());
        }
    }
}
