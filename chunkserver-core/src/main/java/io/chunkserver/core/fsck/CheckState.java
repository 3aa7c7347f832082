package io.chunkserver.core.fsck;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * How far a check has come: enough to go on with the next folder in another run.
 *
 * <p>As text it is one line: the format, the directory, its boot count, whether it repairs, the last folder that was checked, what the
 * index is worth, six sums, and the number of findings of each kind. A server that ran in between has another boot count, and the check
 * begins anew. So does one that repairs after one that did not: the folders up to there are not repaired.
 *
 * @param directory  the directory's own id
 * @param bootCount  how often a server was started in it
 * @param repair     whether the folders up to there were repaired
 * @param lastFolder the last folder that was checked; folders are checked in the order of their names
 * @param index      what the index is worth beside the folders up to there
 * @param folders    what was found in the folders up to there
 */
public record CheckState(
        UUID directory, long bootCount, boolean repair, Path lastFolder, IndexVerdict index, CheckReport folders) {

    private static final String FORMAT = "chunkserver-fsck-3";
    private static final int FIXED_FIELDS = 12;

    /** The state as text. */
    public String encode() {
        StringBuilder line = new StringBuilder()
                .append(String.join(
                        " ",
                        FORMAT,
                        directory.toString(),
                        String.valueOf(bootCount),
                        repair ? "repair" : "look",
                        lastFolder.toString(),
                        index.word(),
                        String.valueOf(folders.chunks()),
                        String.valueOf(folders.tombstones()),
                        String.valueOf(folders.chunkBytes()),
                        String.valueOf(folders.stagedBytes()),
                        String.valueOf(folders.checkedBytes()),
                        String.valueOf(folders.repaired())));
        folders.findings()
                .forEach((kind, count) ->
                        line.append(' ').append(kind.word()).append('=').append(count));
        return line.append('\n').toString();
    }

    /** Reads what {@link #encode} wrote; empty for anything else, which is no state to go on from. */
    public static Optional<CheckState> decode(String text) {
        String[] fields = text.strip().split(" ", -1);
        if (fields.length < FIXED_FIELDS || !fields[0].equals(FORMAT)) {
            return Optional.empty();
        }
        try {
            Map<FindingKind, Long> findings = new EnumMap<>(FindingKind.class);
            for (int field = FIXED_FIELDS; field < fields.length; field++) {
                int sign = fields[field].indexOf('=');
                findings.put(
                        kind(fields[field].substring(0, Math.max(0, sign))),
                        Long.parseLong(fields[field].substring(sign + 1)));
            }
            return Optional.of(new CheckState(
                    UUID.fromString(fields[1]),
                    Long.parseLong(fields[2]),
                    isRepair(fields[3]),
                    Path.of(fields[4]),
                    verdict(fields[5]),
                    new CheckReport(
                            Long.parseLong(fields[6]),
                            Long.parseLong(fields[7]),
                            Long.parseLong(fields[8]),
                            Long.parseLong(fields[9]),
                            Long.parseLong(fields[10]),
                            findings,
                            Long.parseLong(fields[11]))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isRepair(String word) {
        return switch (word) {
            case "repair" -> true;
            case "look" -> false;
            default -> throw new IllegalArgumentException("nothing is done to a directory that is called " + word);
        };
    }

    private static IndexVerdict verdict(String word) {
        for (IndexVerdict verdict : IndexVerdict.values()) {
            if (verdict.word().equals(word)) {
                return verdict;
            }
        }
        throw new IllegalArgumentException("no verdict on an index is called " + word);
    }

    private static FindingKind kind(String word) {
        for (FindingKind kind : FindingKind.values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no kind of finding is called " + word);
    }
}
