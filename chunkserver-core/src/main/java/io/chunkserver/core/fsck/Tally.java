package io.chunkserver.core.fsck;

import io.chunkserver.core.model.ChunkInfo;
import java.util.EnumMap;
import java.util.Map;

/** The sums of a check while it is made. For one thread. */
final class Tally {

    private long chunks;
    private long tombstones;
    private long chunkBytes;
    private long stagedBytes;
    private long checkedBytes;
    private long repaired;
    private final Map<FindingKind, Long> findings = new EnumMap<>(FindingKind.class);

    /** Goes on from what an earlier run has counted. */
    static Tally from(CheckReport report) {
        Tally tally = new Tally();
        tally.chunks = report.chunks();
        tally.tombstones = report.tombstones();
        tally.chunkBytes = report.chunkBytes();
        tally.stagedBytes = report.stagedBytes();
        tally.checkedBytes = report.checkedBytes();
        tally.repaired = report.repaired();
        tally.findings.putAll(report.findings());
        return tally;
    }

    void good(ChunkInfo published) {
        chunks += published.tombstone() ? 0 : 1;
        tombstones += published.tombstone() ? 1 : 0;
    }

    void published(long bytes) {
        chunkBytes += bytes;
    }

    void staged(long bytes) {
        stagedBytes += bytes;
    }

    void read(long bytes) {
        checkedBytes += bytes;
    }

    long checkedBytes() {
        return checkedBytes;
    }

    void found(Finding finding) {
        findings.merge(finding.kind(), 1L, Long::sum);
        repaired += finding.repaired().isEmpty() ? 0 : 1;
    }

    /** Both together. */
    Tally plus(Tally other) {
        Tally sum = from(report());
        sum.chunks += other.chunks;
        sum.tombstones += other.tombstones;
        sum.chunkBytes += other.chunkBytes;
        sum.stagedBytes += other.stagedBytes;
        sum.checkedBytes += other.checkedBytes;
        sum.repaired += other.repaired;
        other.findings.forEach((kind, count) -> sum.findings.merge(kind, count, Long::sum));
        return sum;
    }

    CheckReport report() {
        return new CheckReport(chunks, tombstones, chunkBytes, stagedBytes, checkedBytes, findings, repaired);
    }
}
