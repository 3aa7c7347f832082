package io.chunkserver.runner.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "17, 17",
        "1B, 1",
        "4KiB, 4096",
        "4 KiB, 4096",
        "64MiB, 67108864",
        "64mib, 67108864",
        "2GiB, 2147483648",
        "1TiB, 1099511627776",
        "9223372036854775807, 9223372036854775807"
    })
    void readsNumberAndUnit(String text, long bytes) {
        assertThat(Sizes.parse(text)).isEqualTo(bytes);
    }

    @Test
    void bareNumberCountsInTheUnitOfThePlace() {
        assertThat(Sizes.parse("2048", Sizes.MEBIBYTE)).isEqualTo(2048L * 1024 * 1024);
        assertThat(Sizes.parse("2GiB", Sizes.MEBIBYTE)).isEqualTo(2048L * 1024 * 1024);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "-1", "1.5GiB", "MiB", "64MB", "64 M iB", "0x10", "9223372036854775808", "9000000TiB"})
    void refusesWhatIsNoSize(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Sizes.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "1610612736, 1.5 GiB"})
    void writesForReading(long bytes, String text) {
        assertThat(Sizes.readable(bytes)).isEqualTo(text);
    }
}
