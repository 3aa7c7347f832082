package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The directories of one server know each other: none may be missing, and none of another server is taken. */
class DataDirectoriesTest {

    private static final ServerId NAME = new ServerId("one");

    private final Random random = new Random(1);
    private final MemoryDisk first = new MemoryDisk();
    private final MemoryDisk second = new MemoryDisk();
    private final MemoryDisk third = new MemoryDisk();

    @AfterEach
    void leavesNoFileOpen() {
        assertThat(List.of(first, second, third))
                .allSatisfy(disk -> assertThat(disk.openFiles()).isZero());
    }

    private List<ServerIdentity> openAndClose(Set<UUID> givenUp, Disk... disks) throws IOException {
        List<DataDirectory.Builder> builders =
                Arrays.stream(disks).map(disk -> DataDirectory.on(disk, random)).toList();
        List<ServerIdentity> identities = new ArrayList<>();
        for (DataDirectory directory : DataDirectories.open(builders, givenUp)) {
            identities.add(directory.identity());
            directory.close();
        }
        return identities;
    }

    private List<ServerIdentity> openAndClose(Disk... disks) throws IOException {
        return openAndClose(Set.of(), disks);
    }

    private void store(MemoryDisk disk) throws IOException {
        Path folder = DataDirectory.CHUNKS.resolve("00");
        disk.createDirectories(folder);
        disk.forceDirectory(DataDirectory.CHUNKS);
    }

    private static void assertUnusable(ErrorCode code, ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .message()
                .contains(words);
    }

    @Test
    void newDirectoriesBecomeOneServer() throws IOException {
        List<ServerIdentity> identities = openAndClose(first, second);

        ServerIdentity one = identities.get(0);
        ServerIdentity other = identities.get(1);
        assertThat(other.serverId()).isEqualTo(one.serverId());
        assertThat(other.uuid()).isNotEqualTo(one.uuid());
        assertThat(other.logId()).isNotEqualTo(one.logId());
        assertThat(one.serverUuid()).isEqualTo(one.uuid());
        assertThat(other.set()).isEqualTo(one.set());
        assertThat(one.set().members()).containsExactlyInAnyOrder(one.uuid(), other.uuid());
        assertThat(other.bootCount()).isEqualTo(one.bootCount());
    }

    @Test
    void theServerStaysTheSameInWhateverOrderItsDirectoriesAreNamed() throws IOException {
        List<ServerIdentity> before = openAndClose(first, second);
        List<ServerIdentity> after = openAndClose(second, first);

        assertThat(after.get(0).serverUuid()).isEqualTo(before.get(0).serverUuid());
        assertThat(after.get(0).uuid()).isEqualTo(before.get(1).uuid());
        assertThat(after).allSatisfy(identity -> {
            assertThat(identity.bootCount()).isEqualTo(before.get(0).bootCount() + 1);
            assertThat(identity.set().members()).isEqualTo(before.get(0).set().members());
        });
    }

    @Test
    void theLocationAndThePortOfTheServerAreInAllItsDirectories() throws IOException {
        Location place = new Location(3, 4);
        try (DataDirectory lone =
                DataDirectory.on(first, random).location(place).open()) {
            lone.recordPort(4711);
        }
        store(first);

        assertThat(openAndClose(second, first)).allSatisfy(identity -> {
            assertThat(identity.location()).isEqualTo(place);
            assertThat(identity.lastPort()).isEqualTo(4711);
        });
    }

    @Test
    void aServerTakesAnotherDirectoryAndKeepsItsName() throws IOException {
        ServerIdentity lone = openAndClose(first).get(0);
        store(first);

        List<ServerIdentity> both = openAndClose(second, first);

        assertThat(both.get(0).serverId()).isEqualTo(lone.serverId());
        assertThat(both.get(0).serverUuid()).isEqualTo(lone.uuid());
        assertThat(both.get(1).uuid()).isEqualTo(lone.uuid());
    }

    @Test
    void aDirectoryThatIsNotNamedIsMissed() throws IOException {
        UUID missing = openAndClose(first, second).get(1).uuid();

        assertUnusable(
                ErrorCode.BAD_CONFIGURATION,
                () -> openAndClose(first),
                missing.toString(),
                "--give-up-directory " + missing);
    }

    @Test
    void anEmptyDirectoryInThePlaceOfOneIsNoSubstitute() throws IOException {
        UUID missing = openAndClose(first, second).get(1).uuid();

        assertUnusable(ErrorCode.BAD_CONFIGURATION, () -> openAndClose(first, third), missing.toString());
        assertThat(openAndClose(first, second)).hasSize(2);
    }

    @Test
    void aDirectoryThatIsGivenUpIsNotMissedAnyMore() throws IOException {
        List<ServerIdentity> before = openAndClose(first, second);
        UUID lost = before.get(1).uuid();

        ServerIdentity after = openAndClose(Set.of(lost), first).get(0);

        assertThat(after.set().members()).containsExactly(after.uuid());
        assertThat(openAndClose(first)).hasSize(1);
        assertThat(openAndClose(Set.of(lost), first))
                .as("giving up what is not missed")
                .hasSize(1);
    }

    @Test
    void theFirstDirectoryMayBeTheOneThatIsLost() throws IOException {
        ServerIdentity lost = openAndClose(first, second).get(0);

        ServerIdentity left = openAndClose(Set.of(lost.uuid()), second).get(0);

        assertThat(left.serverId()).isEqualTo(lost.serverId());
        assertThat(left.serverUuid()).isEqualTo(lost.serverUuid());
        assertThat(left.bootCount()).isGreaterThan(lost.bootCount());
    }

    @Test
    void aDirectoryThatWasGivenUpIsRefusedHoweverOftenItWasOpenedMeanwhile() throws IOException {
        UUID lost = openAndClose(first, second).get(1).uuid();
        openAndClose(Set.of(lost), first);
        for (int start = 0; start < 5; start++) {
            assertUnusable(ErrorCode.BAD_CONFIGURATION, () -> openAndClose(second), "another data director");
        }

        assertUnusable(ErrorCode.BAD_CONFIGURATION, () -> openAndClose(first, second), "was given up");
        assertUnusable(ErrorCode.BAD_CONFIGURATION, () -> openAndClose(second, first), "was given up");
    }

    @Test
    void directoriesOfTwoServersAreNotMixed() throws IOException {
        try (DataDirectory one = DataDirectory.on(first, random).serverId(NAME).open()) {
            store(first);
        }
        try (DataDirectory other =
                DataDirectory.on(second, random).serverId(NAME).open()) {
            store(second);
        }

        assertUnusable(ErrorCode.WRONG_SERVER, () -> openAndClose(first, second), "two servers", "one");
    }

    @Test
    void theServerThatIsConfiguredIsNotTakenForTheOneThatIsThere() throws IOException {
        openAndClose(first);
        DataDirectory.Builder configured = DataDirectory.on(first, random).serverId(NAME);

        assertUnusable(ErrorCode.WRONG_SERVER, () -> DataDirectories.open(List.of(configured), Set.of()), "one");
    }

    @Test
    void aCopyOfADirectoryIsRefused() throws IOException {
        openAndClose(first);
        store(first);
        MemoryDisk copy = first.copyAfterProcessDeath();

        assertUnusable(
                ErrorCode.BAD_CONFIGURATION, () -> openAndClose(first, copy), "one is the other, or a copy of it");
    }

    @Test
    void anOldCopyOfADirectoryIsRefusedHoweverOftenItIsTried() throws IOException {
        openAndClose(first, second);
        MemoryDisk old = second.copyAfterProcessDeath();
        openAndClose(first, second);
        for (int start = 0; start < 3; start++) {
            assertUnusable(ErrorCode.BAD_CONFIGURATION, () -> openAndClose(first, old), "is older than the others");
        }
        assertThat(openAndClose(first, second)).hasSize(2);
    }

    @Test
    void aStartThatIsRefusedHasChangedNothing() throws IOException {
        openAndClose(first, second);
        ServerIdentity before = DataDirectory.on(first, random).look().orElseThrow();

        assertUnusable(ErrorCode.BAD_CONFIGURATION, () -> openAndClose(first, third), "another data director");

        assertThat(DataDirectory.on(first, random).look()).contains(before);
        assertThat(third.list(Path.of(""))).isEmpty();
    }

    @Test
    void whatIsNamedCannotBeGivenUp() throws IOException {
        UUID named = openAndClose(first, second).get(1).uuid();

        assertUnusable(
                ErrorCode.BAD_CONFIGURATION, () -> openAndClose(Set.of(named), first, second), "is to be given up");
    }

    /** Whatever operation of a start that adds a directory is the last one, the next start has both. */
    @Test
    void aCrashWhileADirectoryJoinsLeavesAServerThatStarts() throws IOException {
        int survived = 0;
        for (int last = 0; survived == 0; last++) {
            MemoryDisk known = new MemoryDisk();
            MemoryDisk added = new MemoryDisk();
            ServerIdentity before = openAndClose(known).get(0);
            store(known);
            AtomicInteger left = new AtomicInteger(last);
            DiskScript script = operation -> left.getAndDecrement() > 0 ? DiskFault.NONE : DiskFault.STOPPED;
            try {
                openAndClose(new FaultyDisk(known, script), new FaultyDisk(added, script));
                survived++;
            } catch (IOException stopped) {
                known.crash();
                added.crash();
            }
            List<ServerIdentity> after = openAndClose(known, added);
            assertThat(new HashSet<>(after.stream().map(ServerIdentity::set).toList()))
                    .as("sets after a crash at operation %d", last)
                    .hasSize(1);
            assertThat(after.get(0).serverUuid()).isEqualTo(before.uuid());
            assertThat(after)
                    .allSatisfy(identity -> assertThat(identity.bootCount()).isGreaterThan(before.bootCount()));
        }
    }

    /** Until all that the server had know of it a directory that is added is a new one, which can be left out and added later. */
    @Test
    void aDirectoryWhoseJoiningWasCutOffCanBeAddedLater() throws IOException {
        int leftOut = 0;
        int survived = 0;
        for (int last = 0; survived == 0; last++) {
            MemoryDisk known = new MemoryDisk();
            MemoryDisk added = new MemoryDisk();
            MemoryDisk instead = new MemoryDisk();
            openAndClose(known);
            store(known);
            AtomicInteger left = new AtomicInteger(last);
            DiskScript script = operation -> left.getAndDecrement() > 0 ? DiskFault.NONE : DiskFault.STOPPED;
            try {
                openAndClose(new FaultyDisk(added, script), new FaultyDisk(known, script));
                survived++;
            } catch (IOException stopped) {
                known.crash();
                added.crash();
            }
            boolean missed = DataDirectory.on(known, random)
                    .look()
                    .filter(identity -> !identity.set().isLone())
                    .isPresent();
            if (missed) {
                assertUnusable(
                        ErrorCode.BAD_CONFIGURATION, () -> openAndClose(known, instead), "another data directory");
            } else {
                leftOut++;
                openAndClose(known, instead);
                assertThat(openAndClose(known, instead, added))
                        .as("crash at operation %d", last)
                        .hasSize(3);
            }
        }
        assertThat(leftOut).isPositive();
    }
}
