package io.chunkserver.core;

import io.chunkserver.core.space.SpaceAccountant;
import io.chunkserver.core.store.FileChunkStore;
import io.chunkserver.core.store.StoreAudit;
import io.chunkserver.core.store.StoreAudit.Difference;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares, again and again, three things that must tell the same: the bytes that the accountant calls used, the bytes that the index
 * says are published, and the bytes that are in the folders.
 *
 * <p>A drift is a defect, or somebody has touched the files. It is logged once and told in the status, and nothing is corrected: a server
 * that counts wrongly must not also change what it has promised. The next start counts anew.
 *
 * <p>One thread at a time takes steps; anybody may ask for the drift.
 */
final class SpaceAudit {

    private static final Logger LOG = LoggerFactory.getLogger(SpaceAudit.class);

    /** Differences that are named in the log; there may be thousands. */
    private static final int NAMED_DIFFERENCES = 10;

    private final FileChunkStore store;
    private final SpaceAccountant space;

    private @Nullable StoreAudit audit;
    private List<Difference> known = List.of();
    private long accountDriftBytes;
    private long suspectedBytes;
    private long reportedBytes;
    private volatile long driftBytes;

    SpaceAudit(FileChunkStore store, SpaceAccountant space) {
        this.store = store;
        this.space = space;
    }

    /** The bytes by which the three differ, over all folders and whatever the sign; 0 when they tell the same. */
    long driftBytes() {
        return driftBytes;
    }

    /** Does a bounded piece of the work. */
    void runOnce() throws IOException {
        compareAccount();
        StoreAudit current = audit == null ? store.audit() : audit;
        audit = current;
        if (!current.runOnce()) {
            compareFolders(current.report().differences());
            audit = null;
        }
        driftBytes = Math.abs(accountDriftBytes)
                + known.stream()
                        .mapToLong(difference -> Math.max(Math.abs(difference.bytes()), Math.abs(difference.files())))
                        .sum();
    }

    /** A chunk is published a moment before it is settled: only what differs twice by the same is a drift. */
    private void compareAccount() {
        long differs = space.snapshot().usedBytes() - store.snapshot().publishedBytes();
        accountDriftBytes = differs == suspectedBytes ? differs : accountDriftBytes;
        suspectedBytes = differs;
        if (accountDriftBytes != reportedBytes) {
            reportedBytes = accountDriftBytes;
            if (accountDriftBytes == 0) {
                LOG.info("what is accounted and what is published are the same again");
            } else {
                LOG.error(
                        "defect: {} bytes more are accounted as used than are published; a restart counts anew",
                        accountDriftBytes);
            }
        }
    }

    private void compareFolders(List<Difference> differences) {
        differences.stream()
                .filter(difference -> !known.contains(difference))
                .limit(NAMED_DIFFERENCES)
                .forEach(difference -> LOG.error(
                        "defect: {} has {} files and {} bytes more than the index says; was it touched by hand? fsck tells what it has",
                        difference.folder(),
                        difference.files(),
                        difference.bytes()));
        known = differences;
    }
}
