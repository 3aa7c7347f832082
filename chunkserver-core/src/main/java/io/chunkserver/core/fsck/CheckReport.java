package io.chunkserver.core.fsck;

import io.chunkserver.core.fsck.FindingKind.Severity;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a check adds up to, also over the runs that it was made in.
 *
 * @param chunks       published chunks whose files are good
 * @param tombstones   published tombstones whose files are good
 * @param chunkBytes   bytes of published files, damaged ones included
 * @param stagedBytes  bytes of staged files
 * @param checkedBytes bytes of chunk files that were read
 * @param findings     how many there are of each kind that was found
 * @param repaired     findings about which something was done
 */
public record CheckReport(
        long chunks,
        long tombstones,
        long chunkBytes,
        long stagedBytes,
        long checkedBytes,
        Map<FindingKind, Long> findings,
        long repaired) {

    public CheckReport {
        findings = new EnumMap<>(findings.isEmpty() ? new EnumMap<>(FindingKind.class) : findings);
    }

    /** The severity of the worst finding; {@code NOTE} when there is none. */
    public Severity worst() {
        return findings.keySet().stream()
                .map(FindingKind::severity)
                .max(Comparator.naturalOrder())
                .orElse(Severity.NOTE);
    }

    /** What has a start refuse the directory; empty when nothing does that was found. */
    public List<FindingKind> refusingStart() {
        return findings.keySet().stream()
                .filter(FindingKind::refusesStart)
                .sorted()
                .toList();
    }

    /** How many findings have this severity. */
    public long count(Severity severity) {
        return Arrays.stream(FindingKind.values())
                .filter(kind -> kind.severity() == severity)
                .mapToLong(kind -> findings.getOrDefault(kind, 0L))
                .sum();
    }
}
