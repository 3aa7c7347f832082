package io.chunkserver.runner.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class LoadTest {

    private static final long MEBIBYTE = 1 << 20;
    private static final long SECOND_NANOS = 1_000_000_000;

    private final Load load = new Load();

    @Test
    void nothingSeenIsZeroEverywhere() {
        assertThat(load.operations()).isZero();
        assertThat(load.errors()).isZero();
        assertThat(load.firstError()).isNull();
        assertThat(load.seconds()).isZero();
        assertThat(load.operationsPerSecond()).isZero();
        assertThat(load.mebibytesPerSecond()).isZero();
        assertThat(load.percentileMicros(99)).isZero();
    }

    @Test
    void percentilesAreThoseOfTheTimesThatOperationsTook() {
        for (int micros = 1000; micros >= 1; micros--) {
            load.succeeded(micros * 1000L, 1);
        }
        assertThat(load.percentileMicros(50)).isEqualTo(500);
        assertThat(load.percentileMicros(99)).isEqualTo(990);
        assertThat(load.percentileMicros(99.9)).isEqualTo(999);
        assertThat(load.percentileMicros(100)).isEqualTo(1000);
    }

    @Test
    void anOperationOfHoursIsCountedToo() {
        load.succeeded(3 * 3600 * SECOND_NANOS, MEBIBYTE);
        assertThat(load.operations()).isOne();
        assertThat(load.percentileMicros(50)).isBetween(3_596_000_000L, 3_604_000_000L);
    }

    @Test
    void ratesAreOverTheTimeThatAllOfItLasted() {
        load.succeeded(SECOND_NANOS, MEBIBYTE);
        load.succeeded(SECOND_NANOS, 2 * MEBIBYTE);
        load.lasted(2 * SECOND_NANOS);
        assertThat(load.seconds()).isEqualTo(2);
        assertThat(load.operationsPerSecond()).isEqualTo(1);
        assertThat(load.mebibytesPerSecond()).isEqualTo(1.5);
    }

    @Test
    void errorsAreCountedApartAndTheFirstIsKept() {
        IOException first = new IOException("first");
        load.failed(first);
        load.failed(new IOException("second"));
        assertThat(load.errors()).isEqualTo(2);
        assertThat(load.firstError()).isSameAs(first);
        assertThat(load.operations()).isZero();
    }

    @Test
    void addingAddsEverything() {
        load.succeeded(10_000, MEBIBYTE);
        load.lasted(SECOND_NANOS);
        Load other = new Load();
        IOException error = new IOException("the other's");
        other.succeeded(30_000, 3 * MEBIBYTE);
        other.failed(error);
        other.lasted(SECOND_NANOS);
        load.add(other);
        assertThat(load.operations()).isEqualTo(2);
        assertThat(load.errors()).isOne();
        assertThat(load.firstError()).isSameAs(error);
        assertThat(load.seconds()).isEqualTo(2);
        assertThat(load.mebibytesPerSecond()).isEqualTo(2);
        assertThat(load.percentileMicros(50)).isEqualTo(10);
        assertThat(load.percentileMicros(100)).isEqualTo(30);
    }

    @Test
    void addingKeepsTheErrorThatCameFirst() {
        IOException own = new IOException("own");
        load.failed(own);
        Load other = new Load();
        other.failed(new IOException("the other's"));
        load.add(other);
        assertThat(load.errors()).isEqualTo(2);
        assertThat(load.firstError()).isSameAs(own);
    }
}
