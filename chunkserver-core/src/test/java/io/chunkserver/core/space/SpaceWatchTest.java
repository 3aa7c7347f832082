package io.chunkserver.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.chunkserver.core.error.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpaceWatchTest {

    private static final long LIMIT = 1000;

    private final AtomicLong free = new AtomicLong(1_000_000);
    private final List<SpaceAlert> alerts = new ArrayList<>();
    private SpaceAccountant accountant;
    private SpaceWatch watch;

    @BeforeEach
    void make() throws IOException {
        SpaceLimit limit = new SpaceLimit(LIMIT);
        accountant = new ReservingSpaceAccountant(limit, 0, 0, 0, free::get);
        watch = new SpaceWatch(limit, accountant, SpaceThresholds.DEFAULT);
        watch.listen(alerts::add);
    }

    private void use(long bytes) throws IOException {
        accountant.reserve(bytes).settle();
    }

    private SpaceLevel level() {
        return watch.runOnce().level();
    }

    @Test
    void theLevelFollowsWhatIsInUseOfTheLimit() throws IOException {
        assertThat(level()).isEqualTo(SpaceLevel.NORMAL);
        use(849);
        assertThat(level()).isEqualTo(SpaceLevel.NORMAL);
        use(1);
        assertThat(level()).isEqualTo(SpaceLevel.WARN);
        use(100);
        assertThat(level()).isEqualTo(SpaceLevel.READ_ONLY);
        use(30);
        assertThat(level()).isEqualTo(SpaceLevel.CRITICAL);
        use(20);
        assertThat(level()).isEqualTo(SpaceLevel.CRITICAL);
    }

    @Test
    void aLevelIsLeftOnlyBelowItsBeginningByTheHysteresis() throws IOException {
        use(950);
        assertThat(level()).isEqualTo(SpaceLevel.READ_ONLY);

        accountant.release(20);
        assertThat(level()).isEqualTo(SpaceLevel.READ_ONLY);
        accountant.release(1);
        assertThat(level()).isEqualTo(SpaceLevel.WARN);
        use(20);
        assertThat(level()).isEqualTo(SpaceLevel.WARN);

        accountant.release(119);
        assertThat(level()).isEqualTo(SpaceLevel.WARN);
        accountant.release(1);
        assertThat(level()).isEqualTo(SpaceLevel.NORMAL);
    }

    @Test
    void eachCrossingIsToldOnceAndSeveralAtOnceAsOne() throws IOException {
        use(990);
        level();
        level();
        accountant.release(990);
        level();
        level();

        assertThat(alerts)
                .extracting(SpaceAlert::before, SpaceAlert::now)
                .containsExactly(
                        tuple(SpaceLevel.NORMAL, SpaceLevel.CRITICAL), tuple(SpaceLevel.CRITICAL, SpaceLevel.NORMAL));
        assertThat(alerts.get(0).space().usedBytes()).isEqualTo(990);
    }

    /** The file system is tighter than the limit: what could still be written to it is what counts. */
    @Test
    void aFileSystemThatFillsUpMakesTheServerReadOnlyFarBelowItsLimit() throws IOException {
        use(100);
        assertThat(level()).isEqualTo(SpaceLevel.NORMAL);
        free.set(5);
        assertThat(level()).isEqualTo(SpaceLevel.READ_ONLY);
        free.set(1_000);
        assertThat(level()).isEqualTo(SpaceLevel.NORMAL);
    }

    @Test
    void anEmptyServerOnAFullFileSystemIsCritical() {
        free.set(0);

        assertThat(level()).isEqualTo(SpaceLevel.CRITICAL);
    }

    /** What is promised may be given back: a store that announces much must not stop others. */
    @Test
    void whatIsOnlyReservedRaisesNoAlarm() throws IOException {
        use(10);
        try (Reservation large = accountant.reserve(980)) {
            assertThat(large.bytes()).isEqualTo(980);
            assertThat(level()).isEqualTo(SpaceLevel.NORMAL);
        }
    }

    @Test
    void aReadOnlyServerSaysSoWithTheAvailableBytesAndTakesCopiesUntilItIsCritical() throws IOException {
        use(950);

        assertThat(watch.refusal(50, false)).hasValueSatisfying(why -> {
            assertThat(why.code()).isEqualTo(ErrorCode.READ_ONLY);
            assertThat(why.availableBytes()).hasValue(50);
            assertThat(why.message()).contains("95.0 %", "50 available", "below 93 %");
        });
        assertThat(watch.refusal(50, true)).isEmpty();
        use(30);
        assertThat(watch.refusal(20, true)).isPresent();
    }

    @Test
    void whatDoesNotFitIsRefusedForItsSizeWhateverTheLevel() throws IOException {
        use(950);

        assertThat(watch.refusal(51, false)).hasValueSatisfying(why -> {
            assertThat(why.code()).isEqualTo(ErrorCode.INSUFFICIENT_SPACE);
            assertThat(why.availableBytes()).hasValue(50);
        });
    }

    @Test
    void roomThatIsMadeIsUsedByTheNextStoreWithoutAnyStepInBetween() throws IOException {
        use(990);
        assertThat(watch.refusal(1, false)).isPresent();

        accountant.release(500);

        assertThat(watch.refusal(1, false)).isEmpty();
    }

    @Test
    void thresholdsOutOfOrderAreRefused() {
        assertThatThrownBy(() -> new SpaceThresholds(96, 95, 98, 2)).hasMessageContaining("96, 95 and 98");
        assertThatThrownBy(() -> new SpaceThresholds(85, 99, 98, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SpaceThresholds(0, 95, 98, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SpaceThresholds(85, 95, 101, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SpaceThresholds(5, 95, 98, 5)).hasMessageContaining("hysteresis of 5");
    }
}
