package io.chunkserver.core.space;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How full two disks are that share one limit, each with a file system of its own. */
class SharedLimitTest {

    private static final long LIMIT = 1000;

    private final List<AtomicLong> free = List.of(new AtomicLong(1_000_000), new AtomicLong(1_000_000));
    private final List<SpaceAccountant> accountants = new ArrayList<>();
    private final List<SpaceWatch> watches = new ArrayList<>();
    private final List<SpaceAlert> alerts = new ArrayList<>();

    @BeforeEach
    void make() throws IOException {
        SpaceLimit limit = new SpaceLimit(LIMIT);
        for (AtomicLong fileSystem : free) {
            SpaceAccountant accountant = new ReservingSpaceAccountant(limit, 0, 0, 0, fileSystem::get);
            accountants.add(accountant);
            SpaceWatch watch = new SpaceWatch(limit, accountant, SpaceThresholds.DEFAULT);
            watch.listen(alerts::add);
            watches.add(watch);
        }
    }

    private void use(int disk, long bytes) throws IOException {
        accountants.get(disk).reserve(bytes).settle();
    }

    private SpaceLevel level(int disk) {
        return watches.get(disk).runOnce().level();
    }

    private void assertLevels(SpaceLevel level) {
        assertThat(level(0)).isEqualTo(level);
        assertThat(level(1)).isEqualTo(level);
    }

    @Test
    void theLimitIsAsFullAsBothTogetherMakeIt() throws IOException {
        use(0, 425);
        use(1, 424);
        assertLevels(SpaceLevel.NORMAL);
        use(1, 1);
        assertLevels(SpaceLevel.WARN);
        use(0, 50);
        use(1, 50);
        assertLevels(SpaceLevel.READ_ONLY);
        use(0, 30);
        assertLevels(SpaceLevel.CRITICAL);

        accountants.get(0).release(505);
        accountants.get(1).release(475);
        assertLevels(SpaceLevel.NORMAL);
        assertThat(alerts)
                .extracting(SpaceAlert::now)
                .containsExactly(
                        SpaceLevel.WARN,
                        SpaceLevel.WARN,
                        SpaceLevel.READ_ONLY,
                        SpaceLevel.READ_ONLY,
                        SpaceLevel.CRITICAL,
                        SpaceLevel.CRITICAL,
                        SpaceLevel.NORMAL,
                        SpaceLevel.NORMAL);
    }

    @Test
    void anEmptyDiskIsAsFullAsTheLimit() throws IOException {
        use(0, 950);

        assertThat(watches.get(1).refusal(50, false)).hasValueSatisfying(why -> {
            assertThat(why.code()).isEqualTo(ErrorCode.READ_ONLY);
            assertThat(why.availableBytes()).hasValue(50);
            assertThat(why.message())
                    .contains("95.0 %", "0 bytes used", "is 1000, of which all directories use 950", "below 93 %");
        });
        assertThat(watches.get(1).refusal(50, true)).isEmpty();
        use(1, 30);
        assertThat(watches.get(1).refusal(20, true)).isPresent();
    }

    /** Else the server would take chunks, at the disk that nobody has looked at meanwhile, and refuse them, at the other one. */
    @Test
    void theLevelOfTheLimitIsHeldForBothThoughOnlyOneWasLookedAt() throws IOException {
        use(0, 950);
        assertThat(level(0)).isEqualTo(SpaceLevel.READ_ONLY);
        accountants.get(0).release(20);
        assertThat(level(1)).isEqualTo(SpaceLevel.READ_ONLY);

        accountants.get(0).release(1);
        assertThat(level(1)).isEqualTo(SpaceLevel.WARN);
        use(1, 20);
        assertThat(level(0)).isEqualTo(SpaceLevel.WARN);
        use(1, 1);
        assertThat(level(0)).isEqualTo(SpaceLevel.READ_ONLY);
    }

    @Test
    void aFileSystemIsFullForItsOwnDiskOnly() throws IOException {
        use(0, 100);
        use(1, 100);
        free.get(0).set(5);
        assertThat(level(0)).isEqualTo(SpaceLevel.READ_ONLY);
        assertThat(level(1)).isEqualTo(SpaceLevel.NORMAL);
        assertThat(alerts).hasSize(1);

        free.get(0).set(7);
        assertThat(level(0)).as("of 107 bytes 93.5 % are in use").isEqualTo(SpaceLevel.READ_ONLY);
        free.get(0).set(1000);
        assertThat(level(0)).isEqualTo(SpaceLevel.NORMAL);
    }

    /** It leaves this disk little beside the few bytes that it has. */
    @Test
    void whatIsOnlyReservedOnTheOtherDiskRaisesNoAlarm() throws IOException {
        use(0, 100);
        try (Reservation large = accountants.get(1).reserve(890)) {
            assertThat(large.bytes()).isEqualTo(890);
            assertLevels(SpaceLevel.NORMAL);
        }
    }

    /** Bytes that are found at a start, replaced and promised are counted as those that are stored. */
    @Test
    void whatIsUsedIsTheSumWhicheverWayItCame() throws IOException {
        SpaceLimit limit = new SpaceLimit(LIMIT);
        SpaceAccountant found = new ReservingSpaceAccountant(limit, 300, 0, 10, () -> 1_000_000);
        SpaceAccountant other = new ReservingSpaceAccountant(limit, 200, 0, 10, () -> 1_000_000);
        found.adopt(100).settle(50);
        other.reserve(60).forfeit();
        Reservation tombstone = other.reserve(5);
        tombstone.releaseReplaced(100);
        tombstone.settle(0);
        found.release(55);

        assertThat(found.snapshot().usedBytes()).isEqualTo(295);
        assertThat(other.snapshot().usedBytes()).isEqualTo(105);
        assertThat(found.snapshot().limitUsedBytes()).isEqualTo(400);
        assertThat(other.snapshot().limitUsedBytes()).isEqualTo(400);
    }
}
