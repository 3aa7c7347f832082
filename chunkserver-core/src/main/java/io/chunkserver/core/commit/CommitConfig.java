package io.chunkserver.core.commit;

import java.time.Duration;

/**
 * The waits and limits of two-phase commit.
 *
 * @param inquiryDelay         how long a member waits for the decision before it asks, and a coordinator before it sends a
 *                             commit again; doubles up to {@code maxInquiryDelay}. Default 1 s: well over a healthy round trip
 *                             and log force, short for a client that waits for the chunk
 * @param maxInquiryDelay      the longest such wait; default 30 s, which keeps a dead peer from costing more than a message
 *                             now and then
 * @param confirmationTimeout  how long a committed store waits for the members' confirmations before the client is told with
 *                             those that have come; default 2 s
 * @param maxOpenTransactions  how many transactions may be open in each data directory of the server that is their primary, one more is
 *                             refused with {@code OVERLOADED}; default 256, which at one staged file each is far below the usual
 *                             limit of file descriptors
 */
public record CommitConfig(
        Duration inquiryDelay, Duration maxInquiryDelay, Duration confirmationTimeout, int maxOpenTransactions) {

    public static final CommitConfig DEFAULT =
            new CommitConfig(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(2), 256);

    public CommitConfig {
        if (inquiryDelay.isZero() || inquiryDelay.isNegative() || maxInquiryDelay.compareTo(inquiryDelay) < 0) {
            throw new IllegalArgumentException(
                    "inquiry delays " + inquiryDelay + " to " + maxInquiryDelay + " are not a range above 0");
        }
        if (confirmationTimeout.isNegative() || maxOpenTransactions < 1) {
            throw new IllegalArgumentException("confirmation timeout " + confirmationTimeout + " or limit of "
                    + maxOpenTransactions + " open transactions is too low");
        }
    }
}
