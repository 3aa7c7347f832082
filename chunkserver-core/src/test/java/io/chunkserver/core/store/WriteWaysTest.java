package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which way a piece is written. */
class WriteWaysTest {

    private static final String CACHED = "cached";
    private static final String DIRECT = "direct";
    private static final int PIECE = DiskFile.DIRECT_ALIGNMENT;
    private static final Duration QUICK = Duration.ofMillis(1);

    /** By more than the cache has to be quicker. */
    private static final Duration SLOW = QUICK.multipliedBy(10);

    private Instant now = Instant.EPOCH;
    private final WriteWays ways = new WriteWays(() -> now);
    private final ScriptedFile file = new ScriptedFile();

    /** A file whose writes take what the script says. */
    private final class ScriptedFile implements DiskFile {

        private final List<String> writes = new ArrayList<>();
        private Duration cached = QUICK;
        private Duration direct = QUICK;
        private boolean canWriteDirectly = true;
        private boolean fails;

        @Override
        public long size() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            return take(CACHED, cached, source);
        }

        @Override
        public boolean writeDirectly(ByteBuffer source, long position) throws IOException {
            if (!canWriteDirectly) {
                writes.add("refused");
                return false;
            }
            return take(DIRECT, direct, source) > 0;
        }

        private int take(String way, Duration time, ByteBuffer source) throws IOException {
            writes.add(way);
            now = now.plus(time);
            if (fails) {
                throw new IOException("Input/output error");
            }
            int count = source.remaining();
            source.position(source.limit());
            return count;
        }

        @Override
        public void truncate(long sizeBytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force() {
            throw new AssertionError("nothing is forced here");
        }

        @Override
        public void beginWriteBack() {
            throw new AssertionError("nothing is forced here");
        }

        @Override
        public void close() {}
    }

    /** Writes a piece; returns in which way. */
    private String write() throws IOException {
        int before = file.writes.size();
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        boolean cached = ways.write(file, piece, (long) before * PIECE);
        assertThat(piece.hasRemaining()).isFalse();
        String way = file.writes.get(file.writes.size() - 1);
        assertThat(cached).isEqualTo(way.equals(CACHED));
        return way;
    }

    private List<String> write(int pieces) throws IOException {
        List<String> written = new ArrayList<>();
        for (int piece = 0; piece < pieces; piece++) {
            written.add(write());
        }
        return written;
    }

    /** How many pieces are written until most of the last ones have gone this way. */
    private int piecesUntilMostGo(String way, int atMost) throws IOException {
        List<String> lately = new ArrayList<>();
        for (int pieces = 1; pieces <= atMost; pieces++) {
            lately.add(write());
            int from = Math.max(0, lately.size() - 8);
            if (lately.size() - from == 8
                    && lately.subList(from, lately.size()).stream()
                                    .filter(way::equals)
                                    .count()
                            >= 7) {
                return pieces;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static long count(List<String> written, String way) {
        return written.stream().filter(way::equals).count();
    }

    @Test
    void theCacheIsTriedFirstAndThenTheOtherWay() throws IOException {
        assertThat(write(2)).containsExactly(CACHED, DIRECT);
    }

    @Test
    void theMuchQuickerWayIsUsedAndTheOtherHasItsShareOfTheTime() throws IOException {
        for (boolean cacheIsSlow : new boolean[] {true, false}) {
            file.cached = cacheIsSlow ? SLOW : QUICK;
            file.direct = cacheIsSlow ? QUICK : SLOW;
            piecesUntilMostGo(cacheIsSlow ? DIRECT : CACHED, 1000);

            List<String> written = write(5000);
            long slow = count(written, cacheIsSlow ? CACHED : DIRECT);
            // One that is ten times slower, in 64 parts of the time.
            assertThat(slow).isBetween(7L, 8L);
        }
    }

    /** However much slower it is. */
    @Test
    void toTryAWayThatIsVerySlowCostsNoMore() throws IOException {
        file.direct = QUICK.multipliedBy(1000);
        assertThat(write(2)).containsExactly(CACHED, DIRECT);
        int quick = 1000 * (WriteWays.TRIAL_SHARE - 1);
        assertThat(count(write(quick - 10), DIRECT)).isZero();
        assertThat(count(write(20), DIRECT)).isOne();
    }

    @Test
    void theCacheIsUsedOnlyWhereItGainsMoreThanItCosts() throws IOException {
        file.direct = QUICK.multipliedBy(WriteWays.WORTH_THE_CACHE);
        write(2);
        assertThat(write(50)).containsOnly(CACHED);

        file.direct = file.direct.minusNanos(1);
        int trials = WriteWays.KEPT / 2 + 1;
        int between = WriteWays.TRIAL_SHARE * WriteWays.WORTH_THE_CACHE;
        assertThat(piecesUntilMostGo(DIRECT, 10_000)).isLessThanOrEqualTo(trials * between + 8);
    }

    @Test
    void whereBothTakeAsLongItIsPastTheCache() throws IOException {
        List<String> written = write(10 * WriteWays.TRIAL_SHARE);
        assertThat(count(written, CACHED)).isEqualTo(10);
        assertThat(written).first().isEqualTo(CACHED);
    }

    /** As in a simulation. */
    @Test
    void aClockThatStandsStillCountsPieces() throws IOException {
        file.cached = Duration.ZERO;
        file.direct = Duration.ZERO;
        List<String> written = write(2 * WriteWays.TRIAL_SHARE + 2);
        assertThat(IntStream.range(0, written.size())
                        .filter(piece -> written.get(piece).equals(CACHED)))
                .containsExactly(0, WriteWays.TRIAL_SHARE, 2 * WriteWays.TRIAL_SHARE);
    }

    @Test
    void aWayThatBecomesSlowIsLeftAfterThreePieces() throws IOException {
        file.direct = SLOW;
        write(100);
        file.cached = SLOW;
        List<String> written = write(20);
        assertThat(count(written, CACHED)).isLessThanOrEqualTo(WriteWays.KEPT / 2 + 1);
        assertThat(written.subList(10, 20)).containsOnly(DIRECT);
    }

    /** By three trials, of which each costs its share. */
    @Test
    void aWayThatBecomesQuickIsFound() throws IOException {
        file.cached = SLOW;
        file.direct = SLOW.multipliedBy(10);
        write(2000);
        file.direct = QUICK;
        int trials = WriteWays.KEPT / 2 + 1;
        assertThat(piecesUntilMostGo(DIRECT, 10_000)).isLessThanOrEqualTo(trials * 10 * WriteWays.TRIAL_SHARE + 8);
    }

    @Test
    void onePieceThatHasToWaitChangesNothing() throws IOException {
        file.direct = SLOW;
        write(50);
        file.cached = SLOW;
        assertThat(write()).isEqualTo(CACHED);
        file.cached = QUICK;
        assertThat(write(40)).containsOnly(CACHED);
    }

    @Test
    void aClockThatJumpsPutsOffTheNextTrialForAWhileOnly() throws IOException {
        file.direct = Duration.ofDays(1000);
        write(2);
        file.direct = QUICK;
        file.cached = QUICK.multipliedBy(2);
        long pieces = WriteWays.TRIAL_SHARE * WriteWays.LONGEST.dividedBy(file.cached);
        assertThat(piecesUntilMostGo(DIRECT, (int) pieces + 20)).isLessThan(Integer.MAX_VALUE);
    }

    @Test
    void aClockThatJumpsBackCountsAPiece() throws IOException {
        file.direct = Duration.ofDays(-1000);
        write(2);
        file.direct = SLOW;
        file.cached = QUICK;
        assertThat(piecesUntilMostGo(CACHED, 20)).isLessThanOrEqualTo(20);
        assertThat(count(write(1000), DIRECT)).as("trials").isOne();
    }

    @Test
    void whatCannotBeWrittenPastTheCacheIsWrittenThroughItAndNotAskedAgain() throws IOException {
        file.canWriteDirectly = false;
        write(10 * WriteWays.TRIAL_SHARE);
        assertThat(count(file.writes, "refused")).isOne();
        assertThat(file.writes.get(1)).isEqualTo("refused");
        assertThat(count(file.writes, CACHED)).isEqualTo(10 * WriteWays.TRIAL_SHARE);
    }

    /** As for want of a file handle. */
    @Test
    void oneRefusalChangesNothing() throws IOException {
        write(10);
        file.canWriteDirectly = false;
        assertThat(write()).isEqualTo(CACHED);
        file.canWriteDirectly = true;
        assertThat(write(20)).containsOnly(DIRECT);
    }

    @Test
    void whatCouldNotBeWrittenPastTheCacheForAWhileIsTriedAgain() throws IOException {
        file.canWriteDirectly = false;
        write(100);
        file.canWriteDirectly = true;
        int pieces = (int) (WriteWays.TRIAL_SHARE * WriteWays.LONGEST.dividedBy(file.cached));
        assertThat(count(write(4 * pieces), DIRECT)).isPositive();
    }

    /** It is not written in the other way. */
    @Test
    void aWriteThatFailsIsToldAndSaysNothingAboutTheSpeed() throws IOException {
        file.cached = SLOW;
        file.direct = SLOW;
        assertFails(CACHED);
        assertThat(write(1)).as("nothing is known of it yet").containsExactly(CACHED);
        assertFails(DIRECT);
        assertThat(write(1)).as("nothing is known of it yet").containsExactly(DIRECT);
    }

    private void assertFails(String way) {
        file.fails = true;
        int before = file.writes.size();
        assertThatThrownBy(this::write).hasMessage("Input/output error");
        assertThat(file.writes.subList(before, file.writes.size())).containsExactly(way);
        file.fails = false;
    }
}
