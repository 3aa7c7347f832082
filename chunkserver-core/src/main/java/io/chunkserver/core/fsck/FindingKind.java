package io.chunkserver.core.fsck;

import java.util.Locale;

/** What can be found: how bad it is, what it means and what to do. The name in lower case is the word in JSON. */
public enum FindingKind {
    DAMAGED_CHUNK(
            Severity.DAMAGE,
            "the bytes are not those that were stored; no reader is given them",
            "repair moves the file to the quarantine; let another member restore the chunk, or store it again"),
    MISPLACED_CHUNK(
            Severity.DAMAGE,
            "the file was copied, renamed or swapped with another one",
            "repair moves the file to the quarantine; if the chunk itself is missing, give the file its place by hand"),
    LOST_CHUNK(
            Severity.DAMAGE,
            "the log says that a newer version was committed here than the one that is there",
            "let another member restore the chunk, or bring the file back from a copy that is as new"),
    MISSING_CHUNK(
            Severity.DAMAGE,
            "the index has a chunk whose file is gone, though its folder looks untouched; a server believes the index and has it healed",
            "let another member restore the chunk, or bring the file back from a copy; keep the index, without which nobody misses it"),
    STALE_CHUNK(
            Severity.DAMAGE,
            "the file is an older copy than the index knows; a server that believes the index gives it to nobody and has the newer one healed",
            "let another member restore the chunk, or bring the newer file back; keep the index, without which the old one is served"),
    GONE_CHUNK(
            Severity.DAMAGE,
            "the index had a chunk whose file is gone: it is lost, or this server gave its copy up in the last moments before a crash",
            "let another member restore the chunk, or bring the file back from a copy; a start does not miss it"),
    DAMAGED_PROMISE(
            Severity.DAMAGE,
            "this server has promised to commit a version whose staged file is gone or damaged",
            "do not delete anything; if the transaction is committed, let another member restore the chunk"),
    DAMAGED_LOG(
            Severity.DAMAGE,
            "the transaction log is damaged where a crash does not damage it; a start refuses it",
            "bring the file back from a copy, or start with an empty directory and let other members restore the chunks"),
    FOREIGN_LOG(
            Severity.DAMAGE,
            "the transaction log and the identity file do not belong together",
            "put back the files that belong together"),
    MISSING_LOG(
            Severity.DAMAGE,
            "there are chunks and no transaction log: promises may be lost, and a start begins a new log",
            "bring the folder back from a copy before a start, if there is one"),
    DAMAGED_INDEX(
            Severity.DAMAGE,
            "the index checkpoint is of no use; a start ignores it and reads every chunk file",
            "repair removes it; a start makes it anew"),
    WRONG_INDEX(
            Severity.DAMAGE,
            "the index checkpoint says of a folder what is not so, though the folder looks untouched",
            "repair removes it, unless nobody else knows of a version that is missing; a start makes it anew"),
    DAMAGED_IDENTITY(
            Severity.DAMAGE,
            "nobody can tell whose directory this is; a start refuses it",
            "bring the identity file back from a copy"),
    MISSING_IDENTITY(
            Severity.DAMAGE,
            "there is data and no identity file; a start refuses the directory",
            "bring the identity file back, or say where it lies"),
    FORMAT_TOO_NEW(
            Severity.OTHER_FORMAT,
            "a newer version of this software wrote the file; it is not damaged",
            "run the version that wrote it, or a newer one"),
    FORMAT_TOO_OLD(
            Severity.OTHER_FORMAT,
            "the file has a format that is no longer read; it is not damaged",
            "upgrade in steps, by a version that still reads it"),
    OTHER_INDEX(
            Severity.OTHER_FORMAT,
            "the index checkpoint has a format that this version does not read; a start ignores it and writes its own in its place",
            "run the version that wrote it, or remove it by hand; until then repair leaves it alone, and damaged chunk files in their place"),
    UNREADABLE(
            Severity.UNREADABLE,
            "the disk or its permissions do not let one read it, which says nothing about what is in it",
            "mend permissions, mount or disk, then check again"),
    TORN_TAIL(
            Severity.NOTE,
            "a crash tore the last write to the log, which was promised to nobody",
            "nothing; a start cuts it"),
    UNFINISHED_STAGED(
            Severity.NOTE,
            "a version was being written when the server ended; it was promised to nobody",
            "nothing; a start removes it"),
    STAGED_COMMITTED(Severity.NOTE, "a committed version waits to be made visible", "nothing; a start publishes it"),
    STAGED_IN_DOUBT(
            Severity.NOTE,
            "a version was promised and its outcome is not known here",
            "nothing; a start keeps it and asks its coordinator"),
    STAGED_LEFTOVER(Severity.NOTE, "a version was written and never promised", "nothing; a start removes it"),
    STAGED_UNDECIDED(
            Severity.NOTE,
            "a version was written, and without the log nobody knows whether it was promised",
            "keep it until the log is mended"),
    TEMPORARY_FILE(Severity.NOTE, "a crash left it behind", "nothing; repair removes it, and so does a server"),
    FOREIGN_FILE(
            Severity.NOTE,
            "it is no file of this software; it is left alone",
            "move it away if it is not meant to be here"),
    QUARANTINED(
            Severity.NOTE,
            "it was found damaged before and put aside",
            "remove it when the chunk is whole on this or another server");

    /** How bad, the worst last. */
    public enum Severity {
        NOTE,
        OTHER_FORMAT,
        UNREADABLE,
        DAMAGE
    }

    private final Severity severity;
    private final String meaning;
    private final String advice;

    FindingKind(Severity severity, String meaning, String advice) {
        this.severity = severity;
        this.meaning = meaning;
        this.advice = advice;
    }

    public Severity severity() {
        return severity;
    }

    /** What it means, in words. */
    public String meaning() {
        return meaning;
    }

    /** What to do, in words. */
    public String advice() {
        return advice;
    }

    /** Whether a start refuses a directory in which there is one. */
    public boolean refusesStart() {
        return switch (this) {
            case DAMAGED_LOG, FOREIGN_LOG, DAMAGED_IDENTITY, MISSING_IDENTITY, FORMAT_TOO_NEW, FORMAT_TOO_OLD -> true;
            default -> false;
        };
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
