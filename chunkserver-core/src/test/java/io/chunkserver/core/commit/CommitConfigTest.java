package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Waits and limits with which nothing would ever be asked, or begun, are refused when they are set. */
class CommitConfigTest {

    private static final Duration NONE = Duration.ZERO;
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void theSmallestSettingIsTaken() {
        CommitConfig smallest = new CommitConfig(SECOND, SECOND, NONE, 1);

        assertThat(smallest.maxInquiryDelay()).isEqualTo(SECOND);
    }

    @Test
    void inquiryDelaysAreARangeAboveZero() {
        assertRefused("are not a range above 0", NONE, SECOND, SECOND, 1);
        assertRefused("are not a range above 0", SECOND.negated(), SECOND, SECOND, 1);
        assertRefused("are not a range above 0", SECOND, SECOND.minusNanos(1), SECOND, 1);
    }

    @Test
    void theConfirmationTimeoutIsNotNegative() {
        assertRefused("is too low", SECOND, SECOND, Duration.ofNanos(-1), 1);
    }

    @Test
    void atLeastOneTransactionMayBeOpen() {
        assertRefused("is too low", SECOND, SECOND, SECOND, 0);
    }

    private static void assertRefused(
            String why, Duration inquiryDelay, Duration maxInquiryDelay, Duration confirmationTimeout, int open) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CommitConfig(inquiryDelay, maxInquiryDelay, confirmationTimeout, open))
                .withMessageContaining(why);
    }
}
