package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.fsck.CheckReport;
import io.chunkserver.core.fsck.Finding;
import io.chunkserver.core.fsck.FindingKind;
import io.chunkserver.core.fsck.FindingKind.Severity;
import io.chunkserver.runner.config.Sizes;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What {@code fsck} tells: one answer for each finding, and one at the end. */
final class FsckAnswer {

    private FsckAnswer() {}

    static Answer of(Finding finding) {
        FindingKind kind = finding.kind();
        String text = word(kind.severity()) + ": " + finding.file() + " at offset " + finding.offsetBytes() + ": "
                + kind.word() + ": " + finding.message() + "\n    means:   " + kind.meaning() + "\n    do:      "
                + kind.advice() + (finding.repaired().isEmpty() ? "" : "\n    done:    " + finding.repaired());
        return new Answer(
                text,
                JsonLine.answer("chunkserver.fsck.finding/1")
                        .with("kind", kind.word())
                        .with("severity", word(kind.severity()))
                        .with("file", finding.file())
                        .with("offsetBytes", finding.offsetBytes())
                        .with("message", finding.message())
                        .with("meaning", kind.meaning())
                        .with("advice", kind.advice())
                        .with("repaired", finding.repaired()));
    }

    static Answer of(CheckReport report) {
        long damage = report.count(Severity.DAMAGE);
        String text = Quantity.chunks(report.chunks()) + " and " + report.tombstones() + " tombstones are good; "
                + Sizes.readable(report.checkedBytes()) + " were read, " + report.chunkBytes()
                + " bytes are in use, " + report.stagedBytes() + " staged\n"
                + (damage == 0 ? "no damage was found" : damage + " times damage was found") + ", "
                + report.count(Severity.UNREADABLE) + " unreadable, " + report.count(Severity.OTHER_FORMAT)
                + " of another format, " + report.count(Severity.NOTE) + " notes, " + report.repaired() + " repaired"
                + "\n" + startInWords(report);
        return new Answer(
                text,
                JsonLine.answer("chunkserver.fsck/1")
                        .with("chunks", report.chunks())
                        .with("tombstones", report.tombstones())
                        .with("usedBytes", report.chunkBytes())
                        .with("stagedBytes", report.stagedBytes())
                        .with("checkedBytes", report.checkedBytes())
                        .with("damage", damage)
                        .with("unreadable", report.count(Severity.UNREADABLE))
                        .with("otherFormat", report.count(Severity.OTHER_FORMAT))
                        .with("notes", report.count(Severity.NOTE))
                        .with("repaired", report.repaired())
                        .with("startRefused", !report.refusingStart().isEmpty())
                        .with("wouldPublish", start(report, FindingKind.STAGED_COMMITTED))
                        .with("wouldAsk", start(report, FindingKind.STAGED_IN_DOUBT))
                        .with(
                                "wouldRemove",
                                start(report, FindingKind.STAGED_LEFTOVER)
                                        + start(report, FindingKind.UNFINISHED_STAGED)));
    }

    private static String startInWords(CheckReport report) {
        List<FindingKind> refusing = report.refusingStart();
        return refusing.isEmpty()
                ? "a start would publish " + start(report, FindingKind.STAGED_COMMITTED)
                        + " staged versions, ask about " + start(report, FindingKind.STAGED_IN_DOUBT) + " and remove "
                        + (start(report, FindingKind.STAGED_LEFTOVER) + start(report, FindingKind.UNFINISHED_STAGED))
                : "a start refuses this directory because of "
                        + refusing.stream().map(FindingKind::word).collect(Collectors.joining(", "))
                        + ": do what is said there";
    }

    private static long start(CheckReport report, FindingKind kind) {
        return report.findings().getOrDefault(kind, 0L);
    }

    private static String word(Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }

    /** The worst decides. */
    static int exitCode(CheckReport report) {
        return switch (report.worst()) {
            case NOTE -> ExitCodes.OK;
            case OTHER_FORMAT -> ErrorCode.FORMAT_TOO_NEW.exitCode();
            case UNREADABLE -> ErrorCode.DISK_FAILED.exitCode();
            case DAMAGE -> ErrorCode.CORRUPT.exitCode();
        };
    }
}
