package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.space.Reservation;
import io.chunkserver.core.space.SpaceAccountant;
import io.chunkserver.core.space.SpaceSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every {@link SpaceAccountant} promises.
 *
 * <p>Extend it and implement {@link #newAccountant}.
 */
@ExtendWith(PromiseReport.class)
public abstract class SpaceAccountantContract implements PromiseReport.Traced {

    private static final long LIMIT = 1000;
    private static final long SECONDS = 30;

    private final CallTrace trace = new CallTrace();
    private SpaceAccountant accountant;

    /** An accountant with this limit and this use, on a file system with room for much more than the limit. */
    protected abstract SpaceAccountant newAccountant(long limitBytes, long usedBytes) throws IOException;

    @Override
    public final CallTrace trace() {
        return trace;
    }

    @BeforeEach
    final void makeAccountant() throws IOException {
        accountant = trace.of(SpaceAccountant.class, newAccountant(LIMIT, 0));
    }

    private void assertSpace(long used, long reserved) {
        SpaceSnapshot snapshot = accountant.snapshot();
        assertThat(snapshot.usedBytes()).as("used bytes").isEqualTo(used);
        assertThat(snapshot.reservedBytes()).as("reserved bytes").isEqualTo(reserved);
        assertThat(snapshot.availableBytes()).as("available bytes").isEqualTo(Math.max(0, LIMIT - used - reserved));
    }

    private void assertRefused(long bytes, long available) {
        assertThatThrownBy(() -> accountant.reserve(bytes))
                .isInstanceOfSatisfying(ChunkServerException.InsufficientSpace.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INSUFFICIENT_SPACE);
                    assertThat(e.failure().availableBytes()).hasValue(available);
                });
    }

    // Reserving

    @Test
    void whatIsReservedIsNoLongerAvailable() throws IOException {
        Reservation reservation = accountant.reserve(300);

        assertThat(reservation.bytes()).isEqualTo(300);
        assertSpace(0, 300);
    }

    @Test
    void allThatIsAvailableCanBeReservedAndNotAByteMore() throws IOException {
        assertRefused(LIMIT + 1, LIMIT);
        try (Reservation all = accountant.reserve(LIMIT)) {
            assertThat(all.bytes()).isEqualTo(LIMIT);
            assertRefused(1, 0);
        }
        assertSpace(0, 0);
    }

    @Test
    void aRefusalReservesNothing() {
        assertRefused(Long.MAX_VALUE, LIMIT);

        assertSpace(0, 0);
    }

    @Test
    void noBytesCanAlwaysBeReserved() throws IOException {
        try (Reservation all = accountant.reserve(LIMIT);
                Reservation none = accountant.reserve(0)) {
            assertThat(none.bytes()).isZero();
            assertThat(all.bytes()).isEqualTo(LIMIT);
        }
    }

    @Test
    void bytesInUseAtTheStartCount() throws IOException {
        accountant = trace.of(SpaceAccountant.class, newAccountant(LIMIT, 400));

        assertSpace(400, 0);
        assertRefused(601, 600);
    }

    @Test
    void useBeyondTheLimitLeavesNothingAvailable() throws IOException {
        accountant = trace.of(SpaceAccountant.class, newAccountant(LIMIT, 2 * LIMIT));

        assertSpace(2 * LIMIT, 0);
        assertRefused(1, 0);
        accountant.release(LIMIT + 1);
        accountant.reserve(1).close();
    }

    @Test
    void negativeNumbersAreRefusedAsDefects() {
        assertThatThrownBy(() -> accountant.reserve(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> accountant.adopt(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> accountant.release(-1)).isInstanceOf(IllegalArgumentException.class);
        assertSpace(0, 0);
    }

    // The end of a reservation

    @Test
    void whatIsSettledIsInUseUntilItIsReleased() throws IOException {
        Reservation reservation = accountant.reserve(300);

        reservation.settle();
        assertSpace(300, 0);

        accountant.release(300);
        assertSpace(0, 0);
    }

    @Test
    void whatIsForfeitedIsAvailableAgain() throws IOException {
        Reservation reservation = accountant.reserve(300);

        reservation.forfeit();

        assertSpace(0, 0);
    }

    @Test
    void aReservationEndsOnce() throws IOException {
        Reservation settled = accountant.reserve(300);
        settled.settle();
        settled.settle();
        settled.forfeit();
        settled.close();
        assertThat(settled.bytes()).isZero();
        assertSpace(300, 0);

        Reservation forfeited = accountant.reserve(200);
        forfeited.close();
        forfeited.forfeit();
        forfeited.settle();
        assertThat(forfeited.bytes()).isZero();
        assertSpace(300, 0);
    }

    @Test
    void aReservationShrinksToWhatIsNeeded() throws IOException {
        Reservation reservation = accountant.reserve(300);

        reservation.shrinkTo(120);
        assertThat(reservation.bytes()).isEqualTo(120);
        assertSpace(0, 120);

        reservation.settle();
        assertSpace(120, 0);
    }

    @Test
    void aReservationNeverGrows() throws IOException {
        Reservation reservation = accountant.reserve(300);

        assertThatThrownBy(() -> reservation.shrinkTo(301)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reservation.shrinkTo(-1)).isInstanceOf(IllegalArgumentException.class);
        assertSpace(0, 300);

        reservation.settle();
        assertThatThrownBy(() -> reservation.shrinkTo(1)).isInstanceOf(IllegalArgumentException.class);
        assertSpace(300, 0);
    }

    // Replacing

    @Test
    void whatIsReplacedIsReleasedInTheMomentInWhichItsReplacementIsSettled() throws IOException {
        accountant.reserve(600).settle();
        Reservation replacement = accountant.reserve(400);

        replacement.settle(600);

        assertSpace(400, 0);
    }

    @Test
    void aReplacementThatHasEndedReleasesNothingMore() throws IOException {
        accountant.reserve(600).settle();
        Reservation replacement = accountant.reserve(400);
        replacement.settle(100);
        replacement.settle(100);
        assertSpace(900, 0);

        Reservation forfeited = accountant.reserve(50);
        forfeited.forfeit();
        forfeited.settle(100);
        assertSpace(900, 0);
    }

    @Test
    void moreThanIsInUseCannotBeReplaced() throws IOException {
        accountant.reserve(100).settle();
        Reservation replacement = accountant.reserve(50);

        assertThatThrownBy(() -> replacement.settle(101)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> replacement.settle(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> replacement.releaseReplaced(101)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> replacement.releaseReplaced(-1)).isInstanceOf(IllegalArgumentException.class);

        assertSpace(100, 50);
    }

    @Test
    void whatWasToBeReplacedAndIsGoneBeforeLeavesThePromiseItsRoom() throws IOException {
        accountant.reserve(600).settle();
        Reservation replacement = accountant.reserve(400);

        replacement.releaseReplaced(600);
        assertSpace(0, 400);
        assertRefused(601, 600);

        replacement.settle();
        assertSpace(400, 0);
    }

    // Deletes

    @Test
    void whereThereIsRoomADeletesBytesAreReservedAsOthersAre() throws IOException {
        Reservation tombstone = accountant.reserveForDelete(300, 0);

        assertThat(tombstone.bytes()).isEqualTo(300);
        assertSpace(0, 300);
        tombstone.settle();
        assertSpace(300, 0);
    }

    @Test
    void atTheLimitADeleteThatReplacesNothingIsRefused() throws IOException {
        accountant.reserve(LIMIT).settle();

        assertThatThrownBy(() -> accountant.reserveForDelete(1, 0))
                .isInstanceOf(ChunkServerException.InsufficientSpace.class);
        assertThatThrownBy(() -> accountant.reserveForDelete(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> accountant.reserveForDelete(1, -1)).isInstanceOf(IllegalArgumentException.class);

        assertSpace(LIMIT, 0);
    }

    /** An accountant without an emergency reserve may refuse it; one that promises keeps within its limit at every moment. */
    @Test
    void atTheLimitAPromisedDeleteStaysWithinItHoweverItEnds() throws IOException {
        accountant.reserve(LIMIT).settle();
        try {
            Reservation settled = accountant.reserveForDelete(50, 400);
            assertSpace(LIMIT, 0);
            settled.settle(400);
            assertSpace(LIMIT - 350, 0);

            accountant.reserve(350).settle();
            Reservation late = accountant.reserveForDelete(50, 400);
            late.releaseReplaced(400);
            assertSpace(LIMIT - 400, 50);
            assertRefused(351, 350);
            late.settle();
            assertSpace(LIMIT - 350, 0);

            accountant.reserve(350).settle();
            accountant.reserveForDelete(50, 400).forfeit();
            assertSpace(LIMIT, 0);
        } catch (ChunkServerException.InsufficientSpace noReserve) {
            assertSpace(LIMIT, 0);
        }
    }

    // Adopting and releasing

    @Test
    void whatIsOnTheDiskAlreadyIsAdoptedAlsoBeyondTheLimit() {
        Reservation adopted = accountant.adopt(LIMIT + 500);
        assertSpace(0, LIMIT + 500);
        assertRefused(1, 0);

        adopted.settle();
        assertSpace(LIMIT + 500, 0);
        assertRefused(1, 0);
    }

    @Test
    void moreThanIsInUseCannotBeReleased() throws IOException {
        accountant.reserve(100).settle();

        assertThatThrownBy(() -> accountant.release(101)).isInstanceOf(IllegalStateException.class);

        assertSpace(100, 0);
    }

    // Threads

    @Test
    void usedAndReservedNeverExceedTheLimitUnderManyThreads() throws Exception {
        int threads = 8;
        ExecutorService workers = Executors.newFixedThreadPool(threads + 1);
        AtomicBoolean done = new AtomicBoolean();
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Long>> work = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                long seed = thread;
                work.add(workers.submit(() -> {
                    start.await();
                    return reserveAndEnd(new Random(seed));
                }));
            }
            Future<?> watcher = workers.submit(() -> {
                while (!done.get()) {
                    SpaceSnapshot snapshot = accountant.snapshot();
                    assertThat(snapshot.usedBytes()).isNotNegative();
                    assertThat(snapshot.reservedBytes()).isNotNegative();
                    assertThat(snapshot.usedBytes() + snapshot.reservedBytes()).isLessThanOrEqualTo(LIMIT);
                }
            });
            start.countDown();
            long left = 0;
            for (Future<Long> each : work) {
                left += each.get(SECONDS, TimeUnit.SECONDS);
            }
            done.set(true);
            watcher.get(SECONDS, TimeUnit.SECONDS);
            assertSpace(left, 0);
        } finally {
            done.set(true);
            workers.shutdownNow();
        }
    }

    /** Reserves, shrinks, settles, forfeits and releases at random; returns the bytes that stay in use. */
    private long reserveAndEnd(Random random) throws IOException {
        long inUse = 0;
        for (int round = 0; round < 2000; round++) {
            try (Reservation reservation = accountant.reserve(random.nextInt(200))) {
                reservation.shrinkTo(reservation.bytes() - reservation.bytes() / 3);
                if (random.nextBoolean()) {
                    inUse += reservation.bytes();
                    reservation.settle();
                }
            } catch (ChunkServerException.InsufficientSpace full) {
                assertThat(full.failure().availableBytes()).isPresent();
            }
            if (random.nextInt(3) == 0) {
                accountant.release(inUse);
                inUse = 0;
            }
        }
        return inUse;
    }
}
