package io.chunkserver.core.fsck;

import static io.chunkserver.core.fsck.StoppedServer.BLOCK;
import static io.chunkserver.core.fsck.StoppedServer.CHECKPOINT;
import static io.chunkserver.core.fsck.StoppedServer.DELETED;
import static io.chunkserver.core.fsck.StoppedServer.EMPTY;
import static io.chunkserver.core.fsck.StoppedServer.ONE_BLOCK;
import static io.chunkserver.core.fsck.StoppedServer.REPLACED;
import static io.chunkserver.core.fsck.StoppedServer.THREE_BLOCKS;
import static io.chunkserver.core.fsck.StoppedServer.THREE_BLOCKS_LENGTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.OfflineDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.fsck.FindingKind.Severity;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of damage has a case with the findings that are expected, all of them and no other. */
@ExtendWith(ExpectedErrors.class)
class DirectoryCheckTest {

    private interface Harm {
        void to(StoppedServer server) throws IOException;
    }

    /** A kind, and for some the place where it shows. */
    private record Expected(FindingKind kind, long offsetBytes) {

        static final long ANYWHERE = -1;

        static Expected of(FindingKind kind) {
            return new Expected(kind, ANYWHERE);
        }
    }

    private record Case(String name, Harm harm, List<Expected> expected) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Case of(String name, Harm harm, FindingKind... kinds) {
        return new Case(name, harm, Arrays.stream(kinds).map(Expected::of).toList());
    }

    private static Case at(String name, Harm harm, FindingKind kind, long offset) {
        return new Case(name, harm, List.of(new Expected(kind, offset)));
    }

    private static final int FOOTER_AT = THREE_BLOCKS_LENGTH + 3 * Integer.BYTES;

    static Stream<Case> cases() {
        return Stream.of(
                of("nothing", server -> {}),
                // Chunk files: each region, each boundary.
                at("a bit of the first block", s -> s.flip(s.file(THREE_BLOCKS), 0), FindingKind.DAMAGED_CHUNK, 0),
                at(
                        "a bit of a block in the middle",
                        s -> s.flip(s.file(THREE_BLOCKS), BLOCK + 5),
                        FindingKind.DAMAGED_CHUNK,
                        BLOCK),
                at(
                        "a bit of the last byte of data",
                        s -> s.flip(s.file(THREE_BLOCKS), THREE_BLOCKS_LENGTH - 1),
                        FindingKind.DAMAGED_CHUNK,
                        2 * BLOCK),
                at(
                        "a block of zeros",
                        s -> s.overwrite(s.file(THREE_BLOCKS), BLOCK, new byte[BLOCK]),
                        FindingKind.DAMAGED_CHUNK,
                        BLOCK),
                at(
                        "a bit of the table of checksums",
                        s -> s.flip(s.file(THREE_BLOCKS), THREE_BLOCKS_LENGTH + 1),
                        FindingKind.DAMAGED_CHUNK,
                        THREE_BLOCKS_LENGTH),
                of("a bit of the footer", s -> s.flip(s.file(THREE_BLOCKS), FOOTER_AT + 20), FindingKind.DAMAGED_CHUNK),
                of("a bit of the footer's length", s -> s.flip(s.file(THREE_BLOCKS), -16), FindingKind.DAMAGED_CHUNK),
                of("a bit of the trailer's mark", s -> s.flip(s.file(THREE_BLOCKS), -1), FindingKind.DAMAGED_CHUNK),
                of("a bit of a tombstone", s -> s.flip(s.file(DELETED), 9), FindingKind.DAMAGED_CHUNK),
                at("another checksum of the whole chunk", s -> footer(s, 32, 1234), FindingKind.DAMAGED_CHUNK, 0),
                of("a chunk of a newer format", s -> footer(s, 0, 2), FindingKind.FORMAT_TOO_NEW),
                of("a chunk of an older format", s -> footer(s, 0, 0), FindingKind.FORMAT_TOO_OLD),
                of(
                        "a file that is there twice",
                        s -> s.write(
                                s.file(ONE_BLOCK).resolveSibling("0".repeat(64) + ".chunk"), s.read(s.file(ONE_BLOCK))),
                        FindingKind.MISPLACED_CHUNK),
                of(
                        "two files that are swapped",
                        s -> {
                            byte[] one = s.read(s.file(ONE_BLOCK));
                            s.write(s.file(ONE_BLOCK), s.read(s.file(EMPTY)));
                            s.write(s.file(EMPTY), one);
                        },
                        FindingKind.MISPLACED_CHUNK,
                        FindingKind.MISPLACED_CHUNK),
                of("a missing file", s -> s.disk.delete(s.file(THREE_BLOCKS)), FindingKind.LOST_CHUNK),
                of(
                        "a missing file that only the index remembers",
                        s -> {
                            s.disk.delete(s.file(THREE_BLOCKS));
                            removeLog(s);
                        },
                        FindingKind.GONE_CHUNK,
                        FindingKind.MISSING_LOG),
                of("an older copy", s -> s.write(s.file(REPLACED), s.olderCopy), FindingKind.LOST_CHUNK),
                of("a copy that was given up by a master's order", s -> s.giveUp(THREE_BLOCKS)),
                // The log.
                at("a bit of a segment's header", s -> s.flip(s.log(), 30), FindingKind.DAMAGED_LOG, 0),
                at("a bit of the first batch", s -> s.flip(s.log(), 512 + 40), FindingKind.DAMAGED_LOG, 512),
                at(
                        "sectors of zeros in the middle of the log",
                        s -> s.overwrite(s.log(), 1024, new byte[512]),
                        FindingKind.DAMAGED_LOG,
                        1024),
                at("a segment cut to half", s -> s.truncate(s.log(), 65_536), FindingKind.DAMAGED_LOG, 0),
                at("a segment cut in its header", s -> s.truncate(s.log(), 100), FindingKind.DAMAGED_LOG, 0),
                of(
                        "bytes after the last batch",
                        s -> s.overwrite(s.log(), 131_072 - 512, new byte[] {1, 2, 3}),
                        FindingKind.TORN_TAIL),
                of(
                        "a segment of a newer format",
                        s -> s.reseal(s.log(), 8, 2, 0, 508, 508),
                        FindingKind.FORMAT_TOO_NEW),
                of(
                        "a segment of an older format",
                        s -> s.reseal(s.log(), 8, 0, 0, 508, 508),
                        FindingKind.FORMAT_TOO_OLD),
                of("the log of another server", s -> s.reseal(s.log(), 12, 5, 0, 508, 508), FindingKind.FOREIGN_LOG),
                of("a log that is gone", DirectoryCheckTest::removeLog, FindingKind.MISSING_LOG),
                of(
                        "a segment that is missing between others",
                        s -> s.write(DataDirectory.LOG.resolve("0000000000000099.log"), s.read(s.log())),
                        FindingKind.DAMAGED_LOG),
                // The index.
                of("a bit of the index's header", s -> s.flip(CHECKPOINT, 3), FindingKind.DAMAGED_INDEX),
                of("a bit of a block of the index", s -> s.flip(CHECKPOINT, 40), FindingKind.DAMAGED_INDEX),
                of("an index without its end", s -> s.truncate(CHECKPOINT, 40), FindingKind.DAMAGED_INDEX),
                of("an empty index", s -> s.truncate(CHECKPOINT, 0), FindingKind.DAMAGED_INDEX),
                of(
                        "an index of a newer format",
                        s -> s.reseal(CHECKPOINT, 8, 2, 0, 12, 12),
                        FindingKind.FORMAT_TOO_NEW),
                of(
                        "an index of an older format",
                        s -> s.reseal(CHECKPOINT, 8, 0, 0, 12, 12),
                        FindingKind.FORMAT_TOO_OLD),
                of("no index", s -> s.disk.delete(CHECKPOINT)),
                of("an index from another time", s -> s.write(CHECKPOINT, s.olderIndex)),
                // The identity.
                of(
                        "an identity that is no JSON",
                        s -> s.overwrite(DataDirectory.IDENTITY_FILE, 0, new byte[] {'x'}),
                        FindingKind.DAMAGED_IDENTITY),
                of(
                        "an identity that is gone",
                        s -> s.disk.delete(DataDirectory.IDENTITY_FILE),
                        FindingKind.MISSING_IDENTITY),
                of("an identity of a newer format", s -> identityFormat(s, '3'), FindingKind.FORMAT_TOO_NEW),
                of("an identity of an older format", s -> identityFormat(s, '0'), FindingKind.FORMAT_TOO_OLD),
                // Leftovers.
                of(
                        "a staged file without an end",
                        s -> s.write(staged(s, "1".repeat(64)), new byte[100]),
                        FindingKind.UNFINISHED_STAGED),
                of(
                        "a publication that a crash undid",
                        s -> s.disk.rename(s.file(THREE_BLOCKS), s.stagedName(THREE_BLOCKS)),
                        FindingKind.STAGED_COMMITTED),
                of(
                        "a staged file and no log",
                        s -> {
                            s.disk.rename(s.file(THREE_BLOCKS), s.stagedName(THREE_BLOCKS));
                            removeLog(s);
                        },
                        FindingKind.STAGED_UNDECIDED,
                        FindingKind.MISSING_LOG),
                of(
                        "files that a crash left while they were made",
                        s -> {
                            s.write(Path.of("server_info.json.tmp"), new byte[3]);
                            s.write(DataDirectory.INDEX.resolve("checkpoint.tmp"), new byte[3]);
                            s.write(DataDirectory.LOG.resolve("0000000000000002.log.new"), new byte[3]);
                        },
                        FindingKind.TEMPORARY_FILE,
                        FindingKind.TEMPORARY_FILE,
                        FindingKind.TEMPORARY_FILE),
                of(
                        "a file of somebody else",
                        s -> s.write(s.file(EMPTY).resolveSibling("notes.txt"), new byte[3]),
                        FindingKind.FOREIGN_FILE));
    }

    private static void removeLog(StoppedServer server) throws IOException {
        for (Path segment : server.disk.list(DataDirectory.LOG)) {
            server.disk.delete(DataDirectory.LOG.resolve(segment));
        }
    }

    private static Path staged(StoppedServer server, String hash) {
        return server.file(EMPTY).resolveSibling(hash + ".1.1.staged");
    }

    /** Changes a number in the footer of a chunk, which still matches its checksum. */
    private static void footer(StoppedServer server, int at, int value) throws IOException {
        Path file = server.file(THREE_BLOCKS);
        int size = server.read(file).length;
        server.reseal(file, FOOTER_AT + at, value, FOOTER_AT, size - 12, size - 12);
    }

    private static void identityFormat(StoppedServer server, char format) throws IOException {
        String json = new String(server.read(DataDirectory.IDENTITY_FILE), StandardCharsets.UTF_8);
        server.write(
                DataDirectory.IDENTITY_FILE,
                json.replace("\"format\": 1", "\"format\": " + format).getBytes(StandardCharsets.UTF_8));
    }

    /** Keeps what it is told. */
    private static final class Told implements DirectoryCheck.Listener {

        private final List<Finding> findings = new ArrayList<>();
        private final List<CheckState> states = new ArrayList<>();
        private int stopAfter = Integer.MAX_VALUE;
        private long checkedBytes;
        private long totalBytes;

        @Override
        public void found(Finding finding) {
            findings.add(finding);
        }

        @Override
        public void progress(long checked, long total) {
            checkedBytes = checked;
            totalBytes = total;
        }

        @Override
        public void checkpoint(CheckState state) throws IOException {
            states.add(state);
            if (states.size() == stopAfter) {
                throw new IOException("the power is gone");
            }
        }
    }

    private final Told told = new Told();
    private StoppedServer server;

    @BeforeEach
    void stopServer() throws IOException {
        server = new StoppedServer();
    }

    private CheckReport check(boolean repair) throws IOException {
        return check(server.disk, repair, told, null);
    }

    private static CheckReport check(Disk disk, boolean repair, Told told, @Nullable CheckState earlier)
            throws IOException {
        try (OfflineDirectory directory = OfflineDirectory.open(disk, disk, DataDirectory.IDENTITY_FILE)) {
            return new DirectoryCheck(disk, directory, repair, () -> Instant.EPOCH, told)
                    .run(Optional.ofNullable(earlier));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachDamageIsFoundForWhatItIsAndNothingIsChanged(Case given) throws IOException {
        given.harm().to(server);
        Map<Path, byte[]> before = server.contents();

        CheckReport report = check(false);

        assertThat(told.findings)
                .extracting(Finding::kind)
                .containsExactlyInAnyOrderElementsOf(
                        given.expected().stream().map(Expected::kind).toList());
        for (Expected expected : given.expected()) {
            if (expected.offsetBytes() != Expected.ANYWHERE) {
                assertThat(told.findings).extracting(Finding::offsetBytes).containsExactly(expected.offsetBytes());
            }
        }
        assertThat(report.findings().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(told.findings.size());
        Map<Path, byte[]> after = server.contents();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        after.forEach((file, bytes) -> assertThat(bytes).as(file.toString()).isEqualTo(before.get(file)));
        assertThat(server.disk.openFiles()).isZero();
    }

    /** Repair removes nothing that only it has: what is no longer in its place lies in the quarantine, or can be made anew. */
    @ParameterizedTest
    @MethodSource("cases")
    void repairLosesNothingAndASecondCheckFindsNothingMoreToDo(Case given) throws IOException {
        given.harm().to(server);
        Map<Path, byte[]> before = server.contents();

        check(true);
        Map<Path, byte[]> after = server.contents();
        told.findings.clear();
        check(true);

        for (Map.Entry<Path, byte[]> file : before.entrySet()) {
            boolean kept = after.values().stream().anyMatch(bytes -> Arrays.equals(bytes, file.getValue()));
            boolean useless =
                    file.getKey().equals(CHECKPOINT) || file.getKey().toString().matches(".*\\.(tmp|new)");
            assertThat(kept || useless).as(file.getKey() + " is still there").isTrue();
        }
        assertThat(told.findings)
                .allSatisfy(finding -> assertThat(finding.repaired()).isEmpty());
        assertThat(server.contents().keySet()).isEqualTo(after.keySet());
    }

    /** Who repairs is told where the file is now, and may have the server start on that. */
    @Test
    void whatARepairPutAsideStaysThereWhenThePowerGoes() throws IOException {
        Path file = server.file(ONE_BLOCK);
        server.flip(file, 0);

        check(true);
        server.disk.crash();

        assertThat(server.disk.size(file)).isEmpty();
        assertThat(server.files.quarantined()).hasSize(1);
    }

    @Test
    void aWholeDirectoryIsCountedToTheByte() throws IOException {
        long bytes = server.contents().entrySet().stream()
                .filter(file -> file.getKey().startsWith(DataDirectory.CHUNKS))
                .mapToLong(file -> file.getValue().length)
                .sum();

        CheckReport report = check(false);

        assertThat(report.chunks()).isEqualTo(4);
        assertThat(report.tombstones()).isEqualTo(1);
        assertThat(report.chunkBytes()).isEqualTo(bytes);
        assertThat(told.checkedBytes).isEqualTo(bytes);
        assertThat(told.totalBytes).isEqualTo(bytes);
        assertThat(report.worst()).isEqualTo(Severity.NOTE);
    }

    @Test
    void aServerStartsAfterARepairAndServesWhatIsGood() throws IOException {
        server.flip(server.file(THREE_BLOCKS), 5);
        server.flip(CHECKPOINT, 40);

        check(true);

        ChunkServer again = server.start();
        assertThat(again.stat(THREE_BLOCKS)).isEmpty();
        assertThat(again.stat(ONE_BLOCK)).isPresent();
        assertThat(again.stat(REPLACED)).isPresent();
        server.stop(again);
    }

    /** A version that is put aside stays committed: the next store goes on from it (guarantee I2), whoever knows of it. */
    @ParameterizedTest
    @ValueSource(strings = {"file", "index", "log"})
    void aStoreGoesOnFromTheVersionThatWasPutAside(String onlyWitness) throws IOException {
        server.flip(server.file(REPLACED), onlyWitness.equals("file") ? 0 : -1);
        if (!onlyWitness.equals("index")) {
            server.disk.delete(CHECKPOINT);
        }
        if (!onlyWitness.equals("log")) {
            removeLog(server);
        }

        assertThat(check(true).repaired()).isEqualTo(1);

        ChunkServer started = server.start();
        assertThat(server.store(started, REPLACED, new byte[1]).version()).isEqualTo(new ChunkVersion(3));
        assertThat(started.status().lostChunks()).isEmpty();
        server.stop(started);
    }

    @Test
    void aPermissionThatIsLostIsNoDamage() throws IOException {
        Path denied = server.file(THREE_BLOCKS);
        assertUnreadable(DiskOperation.Kind.OPEN, denied);
    }

    @Test
    void aFolderThatCannotBeListedIsNoDamage() throws IOException {
        assertUnreadable(DiskOperation.Kind.LIST, server.file(THREE_BLOCKS).getParent());
    }

    @Test
    void aDiskThatFailsWhileAChunkIsReadIsNoDamage() throws IOException {
        assertUnreadable(DiskOperation.Kind.READ, server.file(THREE_BLOCKS));
    }

    @Test
    void aChunkThatWasReadWronglyOnceIsNoDamage() throws IOException {
        Path chunk = server.file(THREE_BLOCKS);
        DiskScript once = DiskScript.once(
                operation -> operation.kind() == DiskOperation.Kind.READ
                        && operation.path().equals(chunk),
                2,
                DiskFault.FLIPPED_BIT);

        check(new FaultyDisk(server.disk, once), true, told, null);

        assertThat(told.findings).isEmpty();
    }

    @Test
    void aLogThatCannotBeReadIsNoDamage() throws IOException {
        assertUnreadable(DiskOperation.Kind.OPEN, server.log());
    }

    private void assertUnreadable(DiskOperation.Kind kind, Path path) throws IOException {
        Disk failing = new FaultyDisk(
                server.disk,
                operation -> operation.kind() == kind && operation.path().equals(path)
                        ? DiskFault.IO_ERROR
                        : DiskFault.NONE);

        CheckReport report = check(failing, true, told, null);

        assertThat(told.findings).extracting(Finding::kind).containsExactly(FindingKind.UNREADABLE);
        assertThat(report.worst()).isEqualTo(Severity.UNREADABLE);
        assertThat(server.disk.list(DataDirectory.QUARANTINE)).isEmpty();
    }

    @Test
    void aCheckThatIsCutOffGoesOnWhereItWasAndAddsUpToTheSame() throws IOException {
        server.flip(server.file(THREE_BLOCKS), 0);
        server.flip(server.file(ONE_BLOCK), 0);
        server.flip(CHECKPOINT, 3);
        CheckReport atOnce = check(false);
        int folders = told.states.size();
        assertThat(folders).isGreaterThan(2);

        for (int cut = 1; cut < folders; cut++) {
            Told first = new Told();
            first.stopAfter = cut;
            assertThatThrownBy(() -> check(server.disk, false, first, null)).hasMessage("the power is gone");
            CheckState state =
                    CheckState.decode(first.states.get(cut - 1).encode()).orElseThrow();
            Told second = new Told();

            assertThat(check(server.disk, false, second, state)).isEqualTo(atOnce);
            assertThat(second.states).hasSize(folders - cut);
        }
    }

    /** The first run has found that the index is wrong, the second is the one that can do away with it. */
    @Test
    void aRepairThatIsCutOffRemovesAnIndexThatWasWrongBeforeTheCut() throws IOException {
        // In place, so that the folder's stamp does not tell.
        server.truncate(server.file(REPLACED), server.olderCopy.length);
        server.overwrite(server.file(REPLACED), 0, server.olderCopy);
        check(false);
        assertThat(told.findings)
                .extracting(Finding::kind)
                .containsExactlyInAnyOrder(FindingKind.WRONG_INDEX, FindingKind.LOST_CHUNK);
        Told first = new Told();
        first.stopAfter = told.states.size();
        assertThatThrownBy(() -> check(server.disk, true, first, null)).hasMessage("the power is gone");
        assertThat(server.disk.size(CHECKPOINT)).isPresent();
        CheckState state = CheckState.decode(
                        first.states.get(first.stopAfter - 1).encode())
                .orElseThrow();

        check(server.disk, true, new Told(), state);

        assertThat(server.disk.size(CHECKPOINT)).isEmpty();
    }

    @Test
    void aStateOfBeforeTheLastStartIsNoPlaceToGoOnFrom() throws IOException {
        check(false);
        CheckState old = told.states.get(told.states.size() - 1);
        server.stop(server.start());
        Told anew = new Told();

        check(server.disk, false, anew, old);

        assertThat(anew.states).hasSize(told.states.size());
    }

    @Test
    void whatIsNoStateIsNoPlaceToGoOnFrom() throws IOException {
        check(false);
        String sound = told.states.get(0).encode();
        assertThat(CheckState.decode(sound)).contains(told.states.get(0));
        for (String text : List.of(
                "",
                "chunkserver-fsck-2",
                "chunkserver-fsck-2 x 1 y true 1 2 3 4 5 6",
                "other 1 2 3 4 5 6 7 8 9 10",
                sound.replace("true", "perhaps"),
                sound.replace("fsck-2", "fsck-1"))) {
            assertThat(CheckState.decode(text)).isEmpty();
        }
    }

    @Test
    void aDirectoryThatIsInUseIsRefusedAndSoIsWhatIsNone() throws IOException {
        ChunkServer running = server.start();
        assertThatThrownBy(() -> check(false))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DIRECTORY_LOCKED));
        server.stop(running);
        MemoryDisk empty = new MemoryDisk();
        assertThatThrownBy(() -> check(empty, false, told, null))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION));
        assertThat(empty.list(Path.of(""))).isEmpty();
    }
}
