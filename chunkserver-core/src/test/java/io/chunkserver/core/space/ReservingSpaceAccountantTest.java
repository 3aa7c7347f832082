package io.chunkserver.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.testkit.SpaceAccountantContract;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ReservingSpaceAccountantTest {

    private static final long LIMIT = 1000;
    private static final long HEADROOM = 100;

    @Nested
    class Promises extends SpaceAccountantContract {

        @Override
        protected SpaceAccountant newAccountant(long limitBytes, long usedBytes) throws IOException {
            return new ReservingSpaceAccountant(limitBytes, usedBytes, HEADROOM, () -> Long.MAX_VALUE);
        }
    }

    /** Where the file system has less room than the limit allows. */
    @Nested
    class OnASmallFileSystem {

        private final AtomicLong free = new AtomicLong(500);

        private ReservingSpaceAccountant accountant() throws IOException {
            return new ReservingSpaceAccountant(LIMIT, 0, HEADROOM, free::get);
        }

        private void assertRefused(SpaceAccountant accountant, long bytes, long available) {
            assertThatThrownBy(() -> accountant.reserve(bytes))
                    .isInstanceOfSatisfying(
                            ChunkServerException.InsufficientSpace.class,
                            e -> assertThat(e.failure().availableBytes()).hasValue(available));
        }

        @Test
        void noMoreIsPromisedThanTheFileSystemTakesBesideTheHeadroom() throws IOException {
            ReservingSpaceAccountant accountant = accountant();

            assertRefused(accountant, 401, 400);
            accountant.reserve(400).close();
        }

        @Test
        void whatIsPromisedCountsThoughTheFileSystemDoesNotKnowOfIt() throws IOException {
            ReservingSpaceAccountant accountant = accountant();
            Reservation first = accountant.reserve(300);

            assertRefused(accountant, 101, 100);
            assertThat(accountant.snapshot().availableBytes()).isEqualTo(100);

            first.forfeit();
            accountant.reserve(400).close();
        }

        @Test
        void whatIsWrittenAndSettledCountsOnce() throws IOException {
            ReservingSpaceAccountant accountant = accountant();
            Reservation first = accountant.reserve(300);

            free.addAndGet(-300);
            first.settle();

            assertThat(accountant.snapshot().availableBytes()).isEqualTo(100);
            accountant.reserve(100).close();
        }

        @Test
        void roomThatOthersTakeOrMakeIsSeenAtOnce() throws IOException {
            ReservingSpaceAccountant accountant = accountant();

            free.set(150);
            assertRefused(accountant, 51, 50);
            free.set(0);
            assertRefused(accountant, 1, 0);
            free.set(5000);
            accountant.reserve(LIMIT).close();
        }

        @Test
        void bytesThatAreSettledWhileTheFileSystemIsAskedAreNotPromisedAgain() throws IOException {
            ReservingSpaceAccountant accountant = settlesWhileTheFileSystemIsAsked(300);

            // 500 were free when asked, 300 of them are written by now, and 100 are headroom.
            assertRefused(accountant, 101, 100);
        }

        @Test
        void bytesThatAreSettledWhileTheFileSystemIsAskedAreNotShownAsAvailable() throws IOException {
            ReservingSpaceAccountant accountant = settlesWhileTheFileSystemIsAsked(300);

            assertThat(accountant.snapshot().availableBytes()).isEqualTo(100);
        }

        /** The next answer of the file system is older than the write of these bytes. */
        private ReservingSpaceAccountant settlesWhileTheFileSystemIsAsked(long bytes) throws IOException {
            AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
            ReservingSpaceAccountant accountant = new ReservingSpaceAccountant(LIMIT, 0, HEADROOM, () -> {
                long sampled = free.get();
                meanwhile.getAndSet(() -> {}).run();
                return sampled;
            });
            Reservation first = accountant.reserve(bytes);
            meanwhile.set(() -> {
                free.addAndGet(-bytes);
                first.settle();
            });
            return accountant;
        }

        @Test
        void zeroBytesAreGrantedOnAFullFileSystem() throws IOException {
            free.set(0);

            accountant().reserve(0).close();
        }
    }

    /** Deletes, where there is no room for anything else. */
    @Nested
    class ForDeletes {

        private static final long EMERGENCY = 50;

        private final AtomicLong free = new AtomicLong(1_000_000);

        private ReservingSpaceAccountant full() throws IOException {
            return new ReservingSpaceAccountant(LIMIT, LIMIT, HEADROOM, EMERGENCY, free::get);
        }

        private void assertRefused(SpaceAccountant accountant, long bytes, long replaced) {
            assertThatThrownBy(() -> accountant.reserveForDelete(bytes, replaced))
                    .isInstanceOf(ChunkServerException.InsufficientSpace.class);
        }

        @Test
        void atTheLimitATombstoneTakesThePlaceOfALargerVersionAndTheLimitHoldsAtEveryMoment() throws IOException {
            ReservingSpaceAccountant accountant = full();

            Reservation tombstone = accountant.reserveForDelete(30, 400);
            assertThat(accountant.snapshot().reservedBytes()).isZero();
            tombstone.settle(400);

            assertThat(accountant.snapshot().usedBytes()).isEqualTo(LIMIT - 370);
            assertThat(accountant.snapshot().availableBytes()).isEqualTo(370);
        }

        @Test
        void atTheLimitATombstoneThatReplacesLessIsRefused() throws IOException {
            ReservingSpaceAccountant accountant = full();

            assertRefused(accountant, 30, 29);
            assertRefused(accountant, 1, 0);
        }

        /** Counted before the room is free for others, who could otherwise take it, and the tombstone would pass the limit. */
        @Test
        void atTheLimitATombstoneIsReservedWhenWhatItReplacesIsGoneBefore() throws IOException {
            ReservingSpaceAccountant accountant = full();
            Reservation tombstone = accountant.reserveForDelete(30, 400);

            tombstone.releaseReplaced(400);

            assertThat(accountant.snapshot().reservedBytes()).isEqualTo(30);
            assertThat(accountant.snapshot().availableBytes()).isEqualTo(370);
            assertRefused(accountant, 371, 1000);
            tombstone.settle();
            assertThat(accountant.snapshot().usedBytes()).isEqualTo(LIMIT - 370);
            assertThat(accountant.snapshot().reservedBytes()).isZero();
            accountant.reserveForDelete(EMERGENCY, 0).close();
        }

        @Test
        void aPromiseOfItsOwnBytesOnlyReleasesWhatIsGoneBefore() throws IOException {
            ReservingSpaceAccountant accountant =
                    new ReservingSpaceAccountant(LIMIT, 100, HEADROOM, EMERGENCY, free::get);
            Reservation store = accountant.reserve(30);

            assertThatThrownBy(() -> store.releaseReplaced(101)).isInstanceOf(IllegalStateException.class);
            store.releaseReplaced(40);

            assertThat(accountant.snapshot().usedBytes()).isEqualTo(60);
            assertThat(accountant.snapshot().reservedBytes()).isEqualTo(30);
            store.forfeit();
            assertThat(accountant.snapshot().reservedBytes()).isZero();
        }

        @Test
        void onAFullFileSystemTombstonesShareTheEmergencyReserveAndGiveItBack() throws IOException {
            ReservingSpaceAccountant accountant =
                    new ReservingSpaceAccountant(LIMIT, 100, HEADROOM, EMERGENCY, free::get);
            free.set(0);

            Reservation first = accountant.reserveForDelete(30, 0);
            Reservation second = accountant.reserveForDelete(20, 0);
            assertRefused(accountant, 1, 1000);
            assertThat(accountant.snapshot().reservedBytes()).isEqualTo(50);
            first.forfeit();
            second.settle(60);

            assertThat(accountant.snapshot().usedBytes()).isEqualTo(60);
            assertThat(accountant.snapshot().reservedBytes()).isZero();
            accountant.reserveForDelete(50, 0).close();
        }

        @Test
        void whereThereIsRoomADeleteLeavesTheReserveAlone() throws IOException {
            ReservingSpaceAccountant accountant = new ReservingSpaceAccountant(LIMIT, 0, HEADROOM, 0, free::get);

            accountant.reserveForDelete(LIMIT, 0).close();
        }

        @Test
        void replacingMoreThanIsInUseIsADefectAndChangesNothing() throws IOException {
            ReservingSpaceAccountant accountant =
                    new ReservingSpaceAccountant(LIMIT, 10, HEADROOM, EMERGENCY, free::get);
            Reservation store = accountant.reserve(5);

            assertThatThrownBy(() -> store.settle(11)).isInstanceOf(IllegalStateException.class);

            assertThat(accountant.snapshot().usedBytes()).isEqualTo(10);
            assertThat(store.bytes()).isEqualTo(5);
        }
    }

    /** Where the file system does not answer. */
    @Nested
    class OnAFileSystemThatFails {

        private boolean failing;

        private long free() throws IOException {
            if (failing) {
                throw new IOException("the file system is gone");
            }
            return 500;
        }

        @Test
        void nothingIsPromised() throws IOException {
            ReservingSpaceAccountant accountant = new ReservingSpaceAccountant(LIMIT, 0, HEADROOM, this::free);
            failing = true;

            assertThatThrownBy(() -> accountant.reserve(1)).hasMessage("the file system is gone");

            assertThat(accountant.snapshot().reservedBytes()).isZero();
        }

        @Test
        void theSnapshotGoesByWhatItSaidLast() throws IOException {
            ReservingSpaceAccountant accountant = new ReservingSpaceAccountant(LIMIT, 0, HEADROOM, this::free);
            failing = true;

            assertThat(accountant.snapshot().availableBytes()).isEqualTo(400);
        }
    }

    @Test
    void sumsThatNoDiskHoldsAreRefused() throws IOException {
        ReservingSpaceAccountant accountant = new ReservingSpaceAccountant(Long.MAX_VALUE, 0, 0, () -> Long.MAX_VALUE);
        accountant.adopt(Long.MAX_VALUE).settle();

        assertThatThrownBy(() -> accountant.adopt(1)).isInstanceOf(ArithmeticException.class);

        assertThat(accountant.snapshot().availableBytes()).isZero();
    }

    @Test
    void negativeSizesAreRefused() {
        assertThatThrownBy(() -> new ReservingSpaceAccountant(-1, 0, 0, () -> 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ReservingSpaceAccountant(0, -1, 0, () -> 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ReservingSpaceAccountant(0, 0, -1, () -> 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
