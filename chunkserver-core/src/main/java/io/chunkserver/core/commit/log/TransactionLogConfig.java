package io.chunkserver.core.commit.log;

/**
 * How large the log's segments are, how often it compacts itself and how much it lets wait.
 *
 * @param segmentBytes       size of a new segment file, a multiple of 512 from {@value #MIN_SEGMENT_BYTES} to
 *                           {@value #MAX_SEGMENT_BYTES}; segments that exist keep theirs
 * @param checkpointSegments a checkpoint is due when this many segments were begun since the last one; 1 or above
 * @param maxQueuedBytes     encoded bytes that wait for the disk at most
 * @param maxQueuedRecords   records that wait for the disk at most; when either bound is reached, records that open
 *                           a transaction are refused with {@code OVERLOADED}
 * @param outcomes           how long outcomes are remembered
 */
public record TransactionLogConfig(
        int segmentBytes,
        int checkpointSegments,
        long maxQueuedBytes,
        int maxQueuedRecords,
        OutcomeRetention outcomes) {

    /** Room for the largest record beside a reserve for the records that end transactions. */
    public static final int MIN_SEGMENT_BYTES = 128 * 1024;

    /** A segment is read as a whole when the log is opened, so its size is memory. */
    public static final int MAX_SEGMENT_BYTES = 256 * 1024 * 1024;

    /**
     * Segments of 16 MiB: some ten thousand commits, while making one ahead takes a fraction of a second of disk
     * time and reading one takes little memory. A checkpoint every 4 segments: a start replays 64 MiB and a
     * checkpoint at most, and the checkpoint's own bytes stay a fraction of the log's. 8 MiB and 16,384 records
     * waiting: some ten batches, beyond which waiting longer only hides that the disk is too slow.
     */
    public static final TransactionLogConfig DEFAULT =
            new TransactionLogConfig(16 * 1024 * 1024, 4, 8L * 1024 * 1024, 16_384, OutcomeRetention.DEFAULT);

    public TransactionLogConfig {
        if (segmentBytes < MIN_SEGMENT_BYTES
                || segmentBytes > MAX_SEGMENT_BYTES
                || segmentBytes % LogSegmentFormat.SECTOR_BYTES != 0) {
            throw new IllegalArgumentException(
                    "log segments of " + segmentBytes + " bytes: a multiple of " + LogSegmentFormat.SECTOR_BYTES
                            + " from " + MIN_SEGMENT_BYTES + " to " + MAX_SEGMENT_BYTES + " is expected");
        }
        if (checkpointSegments < 1) {
            throw new IllegalArgumentException(
                    "a checkpoint every " + checkpointSegments + " log segments: 1 or above is expected");
        }
        if (maxQueuedBytes < LogRecordFormat.MAX_RECORD_BYTES || maxQueuedRecords < 1) {
            throw new IllegalArgumentException("a log queue of " + maxQueuedBytes + " bytes and " + maxQueuedRecords
                    + " records: at least " + LogRecordFormat.MAX_RECORD_BYTES + " bytes and 1 record are expected");
        }
    }
}
