package io.chunkserver.core.fsck;

import static io.chunkserver.core.fsck.StoppedServer.CHECKPOINT;
import static io.chunkserver.core.fsck.StoppedServer.ONE_BLOCK;
import static io.chunkserver.core.fsck.StoppedServer.REPLACED;
import static io.chunkserver.core.fsck.StoppedServer.THREE_BLOCKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.OfflineDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.fsck.FindingKind.Severity;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link DamageCases Each kind of damage} has the findings that are expected, all of them and no other. */
@ExtendWith(ExpectedErrors.class)
class DirectoryCheckTest {

    /** What a server makes and removes itself, by its exact names. */
    private static final String USELESS =
            "server_info\\.json\\.tmp|reserve\\.tmp|index/checkpoint\\.tmp|index/scrub\\.tmp|log/\\d{16}\\.log\\.new";

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
    @MethodSource("io.chunkserver.core.fsck.DamageCases#all")
    void eachDamageIsFoundForWhatItIsAndNothingIsChanged(DamageCases.Case given) throws IOException {
        given.harm().to(server);
        Map<Path, byte[]> before = server.contents();

        CheckReport report = check(false);

        assertThat(told.findings)
                .extracting(Finding::kind)
                .containsExactlyInAnyOrderElementsOf(given.expected().stream()
                        .map(DamageCases.Expected::kind)
                        .toList());
        for (DamageCases.Expected expected : given.expected()) {
            if (expected.offsetBytes() != DamageCases.Expected.ANYWHERE) {
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
    @MethodSource("io.chunkserver.core.fsck.DamageCases#all")
    void repairLosesNothingAndASecondCheckFindsNothingMoreToDo(DamageCases.Case given) throws IOException {
        given.harm().to(server);
        Map<Path, byte[]> before = server.contents();
        List<ChunkInfo> indexed = server.indexed();

        check(true);
        Map<Path, byte[]> after = server.contents();
        told.findings.clear();
        check(true);

        for (Map.Entry<Path, byte[]> file : before.entrySet()) {
            boolean kept = after.values().stream().anyMatch(bytes -> Arrays.equals(bytes, file.getValue()));
            boolean useless = file.getKey().toString().matches(USELESS);
            boolean toldElsewhere =
                    file.getKey().equals(CHECKPOINT) && indexed.stream().allMatch(server::isToldElsewhere);
            assertThat(kept || useless || toldElsewhere)
                    .as(file.getKey() + " is still there")
                    .isTrue();
        }
        assertThat(told.findings)
                .allSatisfy(finding -> assertThat(finding.repaired()).isEmpty());
        assertThat(server.contents().keySet()).isEqualTo(after.keySet());
    }

    /** A start that knows less lets versions go back (guarantee I2), and hands out an older copy for the newest (C3). */
    @ParameterizedTest
    @MethodSource("io.chunkserver.core.fsck.DamageCases#all")
    void aStartKnowsNoLessAfterARepairThanWithoutIt(DamageCases.Case given) throws IOException {
        StoppedServer unrepaired = new StoppedServer();
        given.harm().to(unrepaired);
        given.harm().to(server);
        if (check(true).refusingStart().isEmpty()) {
            Map<ChunkId, ChunkVersion> repaired = server.nextVersions();

            unrepaired
                    .nextVersions()
                    .forEach((chunk, next) -> assertThat(repaired.get(chunk))
                            .as("next version of chunk " + chunk)
                            .isEqualByComparingTo(next));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOlderCopyIsGivenToNobodyAfterARepair(boolean besideADamagedFile) throws IOException {
        ChunkId beside = server.storeBeside(REPLACED);
        server.vouchForFolders();
        DamageCases.staleInPlace(server);
        if (besideADamagedFile) {
            server.flip(server.file(beside), 0);
        }

        check(true);

        ChunkServer started = server.start();
        assertThatThrownBy(() -> server.content(started, REPLACED))
                .hasCauseInstanceOf(ChunkServerException.Corrupt.class);
        server.stop(started);
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
            DamageCases.removeLog(server);
        }

        assertThat(check(true).repaired()).isEqualTo(1);

        ChunkServer started = server.start();
        assertThat(server.store(started, REPLACED, new byte[1]).version()).isEqualTo(new ChunkVersion(3));
        assertThat(started.status().lostChunks()).isEmpty();
        server.stop(started);
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
        server.write(CHECKPOINT, server.olderIndex);
        server.vouchForFolders();
        check(false);
        assertThat(told.findings).extracting(Finding::kind).containsOnly(FindingKind.WRONG_INDEX);
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

    /** The folders up to there were looked at only. */
    @Test
    void aRepairDoesNotGoOnFromACheckThatDidNotRepair() throws IOException {
        server.flip(server.file(THREE_BLOCKS), 0);
        check(false);
        CheckState looked = told.states.get(told.states.size() - 1);

        check(server.disk, true, new Told(), looked);

        assertThat(server.disk.size(server.file(THREE_BLOCKS))).isEmpty();
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
                "chunkserver-fsck-3",
                "chunkserver-fsck-3 x 1 look y right 1 2 3 4 5 6",
                "other 1 2 3 4 5 6 7 8 9 10",
                sound.replace(" look ", " mend "),
                sound.replace(" right ", " perhaps "),
                sound.replace("fsck-3", "fsck-2"))) {
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
