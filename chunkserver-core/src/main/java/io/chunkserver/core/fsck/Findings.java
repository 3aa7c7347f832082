package io.chunkserver.core.fsck;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.store.MissingVersion;
import io.chunkserver.core.store.StoreFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.InstantSource;

/** Tells of findings, and does about them what was asked for: nothing, or what loses nothing. For one thread. */
final class Findings {

    private final Disk disk;
    private final StoreFiles files;
    private final boolean repair;
    private final InstantSource clock;
    private final DirectoryCheck.Listener listener;
    private Tally tally;
    private boolean indexHidden;

    Findings(
            Disk disk,
            StoreFiles files,
            boolean repair,
            InstantSource clock,
            DirectoryCheck.Listener listener,
            Tally tally) {
        this.disk = disk;
        this.files = files;
        this.repair = repair;
        this.clock = clock;
        this.listener = listener;
        this.tally = tally;
    }

    /** Counts for this tally from now on. */
    void countFor(Tally other) {
        tally = other;
    }

    /**
     * There is an index that cannot be read now, and may be later. From now on no chunk file is put aside: that would change the stamp by
     * which the index is believed about the others of the folder, and nobody knows which version it has of the file itself.
     */
    void indexIsHidden() {
        indexHidden = true;
    }

    void found(FindingKind kind, Path file, long offsetBytes, String message) {
        tell(new Finding(kind, file, offsetBytes, message, ""));
    }

    private void tell(Finding finding) {
        tally.found(finding);
        listener.found(finding);
    }

    void unreadable(Path path, IOException why) {
        unreadable(path, why, "");
    }

    /** What cannot be read, and what follows from that. */
    void unreadable(Path path, IOException why, String consequence) {
        // The message of a permission that is lacking is but the name of the file.
        String reason = why instanceof AccessDeniedException ? why.getMessage() + ": access denied" : why.getMessage();
        found(FindingKind.UNREADABLE, path, 0, reason + (consequence.isEmpty() ? "" : "; " + consequence));
    }

    /**
     * A chunk file that no reader should be given: put aside, never deleted.
     *
     * @param missing the version that the server lacks from then on
     */
    void foundToPutAside(FindingKind kind, Path file, long offsetBytes, String message, MissingVersion missing)
            throws IOException {
        String done = repair && !indexHidden ? "moved to " + files.quarantine(file, missing, clock) : "";
        tell(new Finding(kind, file, offsetBytes, message, done));
    }

    /** A version of which no file is there: written down in the quarantine as missing, as a server does that meets it. */
    void foundToRemember(FindingKind kind, Path file, String message, MissingVersion missing) throws IOException {
        String done = repair ? "remembered as missing by " + files.rememberMissing(file, missing, clock) : "";
        tell(new Finding(kind, file, 0, message, done));
    }

    /** A file that can be made anew from others, or that nobody needs. */
    void foundUseless(FindingKind kind, Path file, String message) throws IOException {
        if (repair) {
            disk.delete(file);
            disk.forceDirectory(DiskNames.parentOf(file));
        }
        tell(new Finding(kind, file, 0, message, repair ? "removed" : ""));
    }

    /** The kind for a file that could be read and not understood. */
    static FindingKind kind(ErrorCode code, FindingKind damaged) {
        return switch (code) {
            case FORMAT_TOO_NEW -> FindingKind.FORMAT_TOO_NEW;
            case FORMAT_TOO_OLD -> FindingKind.FORMAT_TOO_OLD;
            default -> damaged;
        };
    }
}
