package io.chunkserver.core.fsck;

import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.IndexContent;
import io.chunkserver.core.store.MissingVersion;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StoreFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** Checks one folder of chunk files: each file by itself, then all of them against the log and the index. For one thread. */
final class FolderCheck {

    private final Disk disk;
    private final StoreFiles files;
    private final ExpectedVersions expected;
    private final IndexContent index;
    private final Set<Path> missing;
    private final Findings findings;
    private final Tally tally;
    private final LongConsumer progress;
    private final Path folder;

    /** Published versions whose files are good. */
    private final Map<ChunkId, ChunkInfo> published = new HashMap<>();

    private final Set<StageKey> staged = new HashSet<>();

    /** Chunks of which a staged version is told already that is more than a leftover. */
    private final Set<ChunkId> toldStaged = new HashSet<>();

    /** Files of which something bad was told already: what they lack is no further finding. */
    private final Set<Path> told = new HashSet<>();

    /** Damaged staged files of what the log says is committed: leftovers, unless the version is lost with them. */
    private final Map<Path, StoreFiles.Damage> damagedOfCommitted = new HashMap<>();

    /** Of these nobody knows which version they have. */
    private final Set<Path> unjudged = new HashSet<>();

    /** Published files that are to go. Not before all is compared: the first to go changes the stamp that has a start believe the index. */
    private final List<Bad> bad = new ArrayList<>();

    private IndexVerdict verdict = IndexVerdict.RIGHT;

    private record Bad(FindingKind kind, StoreFiles.Checked file, StoreFiles.Damage damage) {}

    /**
     * A check of this folder.
     *
     * @param missing where chunks belong that the quarantine says are missing
     */
    FolderCheck(
            Disk disk,
            StoreFiles files,
            ExpectedVersions expected,
            IndexContent index,
            Set<Path> missing,
            Findings findings,
            Tally tally,
            LongConsumer progress,
            Path folder) {
        this.disk = disk;
        this.files = files;
        this.expected = expected;
        this.index = index;
        this.missing = missing;
        this.findings = findings;
        this.tally = tally;
        this.progress = progress;
        this.folder = folder;
    }

    /** Checks the folder; tells what the index is worth to whoever starts a server on it. */
    IndexVerdict check() throws IOException {
        List<ChunkInfo> known = index.lastKnownIn(folder);
        boolean believed = false;
        List<Path> names = List.of();
        try {
            believed = index.isBelieved(folder);
            names = disk.list(folder);
        } catch (NoSuchFileException none) {
            // Nothing was stored there, or all of it is gone: what is expected tells.
        } catch (IOException e) {
            findings.unreadable(folder, e);
            return known.isEmpty() ? IndexVerdict.RIGHT : IndexVerdict.NEEDED;
        }
        for (Path name : names) {
            checkFile(folder.resolve(name));
        }
        checkPromises();
        if (believed) {
            checkIndex(known);
        }
        checkOutcomes();
        if (!believed) {
            checkLastKnown(known);
        }
        if (known.stream().anyMatch(info -> unjudged.contains(files.chunkFile(info.id())))) {
            judgeIndex(IndexVerdict.NEEDED);
        }
        putAside();
        return verdict;
    }

    private void judgeIndex(IndexVerdict found) {
        verdict = verdict.and(found);
    }

    private void checkFile(Path file) throws IOException {
        StoreFiles.Kind kind = StoreFiles.kindOf(file.getFileName());
        if (kind == StoreFiles.Kind.FOREIGN) {
            findings.found(FindingKind.FOREIGN_FILE, file, 0, "no file of a store is called so");
            return;
        }
        StoreFiles.Checked checked;
        try {
            checked = files.check(file, progress);
            if (checked.damage() != null) {
                // A bit may have been wrong on the way from the disk.
                checked = files.check(file, bytes -> {});
            }
        } catch (IOException e) {
            told.add(file);
            unjudged.add(file);
            findings.unreadable(file, e);
            return;
        }
        if (kind == StoreFiles.Kind.CHUNK) {
            tally.published(checked.sizeBytes());
            judgePublished(checked);
        } else {
            tally.staged(checked.sizeBytes());
            judgeStaged(checked);
        }
    }

    private void judgePublished(StoreFiles.Checked checked) {
        StoreFiles.Damage damage = checked.damage();
        ChunkInfo info = checked.info();
        if (damage == null && info != null) {
            tally.good(info);
            published.put(info.id(), info);
        } else if (damage != null) {
            told.add(checked.file());
            FindingKind kind = damage.misplaced()
                    ? FindingKind.MISPLACED_CHUNK
                    : Findings.kind(damage.code(), FindingKind.DAMAGED_CHUNK);
            if (kind.severity() == FindingKind.Severity.DAMAGE) {
                bad.add(new Bad(kind, checked, damage));
            } else {
                unjudged.add(checked.file());
                findings.found(kind, checked.file(), damage.offsetBytes(), damage.message());
            }
        }
    }

    private void putAside() throws IOException {
        for (Bad one : bad) {
            findings.foundToPutAside(
                    one.kind(),
                    one.file().file(),
                    one.damage().offsetBytes(),
                    one.damage().message(),
                    lastKnown(one.file()));
        }
    }

    /** The newest version that the file itself, the index or the log say was committed in its place. */
    private MissingVersion lastKnown(StoreFiles.Checked checked) {
        Stream<MissingVersion> ofFile = Stream.ofNullable(checked.info())
                .filter(info -> files.chunkFile(info.id()).equals(checked.file()))
                .map(info -> new MissingVersion(info.version(), info.epoch()));
        Stream<MissingVersion> ofIndex =
                index.lastKnown(checked.file()).stream().map(info -> new MissingVersion(info.version(), info.epoch()));
        Stream<MissingVersion> ofLog = expected.outcomes(folder).stream()
                .filter(outcome -> files.chunkFile(outcome.chunk()).equals(checked.file()))
                .map(outcome -> new MissingVersion(outcome.version(), 0));
        return Stream.of(ofFile, ofIndex, ofLog)
                .flatMap(versions -> versions)
                .max(Comparator.comparing(MissingVersion::version))
                .orElse(new MissingVersion(ChunkVersion.NONE, 0));
    }

    private void judgeStaged(StoreFiles.Checked checked) {
        StoreFiles.Damage damage = checked.damage();
        StageKey key = checked.key();
        ChunkInfo info = checked.info();
        if (damage == null && key != null && info != null) {
            staged.add(key);
            FindingKind fate = expected.fate(key);
            if (fate != FindingKind.STAGED_LEFTOVER) {
                toldStaged.add(info.id());
            }
            findings.found(fate, checked.file(), 0, "transaction " + key);
        } else if (damage != null && !isPromised(checked.file())) {
            if (isCommitted(checked.file())) {
                damagedOfCommitted.put(checked.file(), damage);
            } else {
                foundUnfinished(checked.file(), damage);
            }
        }
    }

    private void foundUnfinished(Path file, StoreFiles.Damage damage) {
        findings.found(
                Findings.kind(damage.code(), FindingKind.UNFINISHED_STAGED),
                file,
                damage.offsetBytes(),
                damage.message());
    }

    private boolean isPromised(Path file) {
        return expected.promises(folder).stream()
                .anyMatch(prepared -> fileOf(prepared).equals(file));
    }

    /** Then the version is told as lost, unless it is published. */
    private boolean isCommitted(Path file) {
        return expected.outcomes(folder).stream()
                .anyMatch(outcome -> files.stagedFile(
                                outcome.chunk(), new StageKey(outcome.transaction(), outcome.attempt()))
                        .equals(file));
    }

    private Path fileOf(Prepared prepared) {
        return files.stagedFile(prepared.chunk(), new StageKey(prepared.transaction(), prepared.attempt()));
    }

    private void checkPromises() {
        for (Prepared prepared : expected.promises(folder)) {
            StageKey key = new StageKey(prepared.transaction(), prepared.attempt());
            if (!staged.contains(key) && !told.contains(fileOf(prepared))) {
                findings.found(
                        FindingKind.DAMAGED_PROMISE,
                        fileOf(prepared),
                        0,
                        "version " + prepared.base().next() + " of chunk " + prepared.chunk()
                                + " was promised to transaction " + key + ", and its file is gone or damaged");
            }
        }
    }

    /** In a folder of which a start would believe the index. */
    private void checkIndex(List<ChunkInfo> believed) throws IOException {
        Set<ChunkId> known = new HashSet<>();
        for (ChunkInfo info : believed) {
            known.add(info.id());
            ChunkInfo there = published.get(info.id());
            if (there == null) {
                if (told.add(files.chunkFile(info.id()))) {
                    foundAhead(
                            FindingKind.MISSING_CHUNK,
                            info,
                            "the index has version " + info.version() + " of chunk " + info.id());
                }
            } else if (info.version().isNewerThan(there.version())) {
                foundAhead(
                        FindingKind.STALE_CHUNK,
                        info,
                        "the index has version " + info.version() + " of chunk " + info.id()
                                + ", the file is an older copy, version " + there.version());
            } else if (!there.equals(info)) {
                boolean behind = there.version().isNewerThan(info.version());
                judgeIndex(behind ? IndexVerdict.BEHIND : IndexVerdict.NEEDED);
                findings.found(
                        FindingKind.WRONG_INDEX,
                        files.chunkFile(info.id()),
                        0,
                        "the index has version " + info.version() + " of chunk " + info.id() + ", the file "
                                + (behind ? "version " + there.version() : "another version of this number"));
            }
        }
        for (ChunkInfo there : published.values()) {
            if (!known.contains(there.id())) {
                judgeIndex(IndexVerdict.BEHIND);
                findings.found(
                        FindingKind.WRONG_INDEX,
                        files.chunkFile(there.id()),
                        0,
                        "the index does not have chunk " + there.id() + ", the folder does");
            }
        }
    }

    /**
     * The index knows of a version of which no file is there, and a start believes it: it lets nobody have an older one. That ends when a
     * file leaves the folder, so what is missing is written down before.
     */
    private void foundAhead(FindingKind kind, ChunkInfo known, String message) throws IOException {
        Path file = files.chunkFile(known.id());
        if (bad.isEmpty()) {
            judgeIndex(IndexVerdict.NEEDED);
            findings.found(kind, file, 0, message);
        } else {
            findings.foundToRemember(kind, file, message, new MissingVersion(known.version(), known.epoch()));
        }
    }

    private void checkOutcomes() {
        for (Outcome outcome : expected.outcomes(folder)) {
            ChunkInfo there = published.get(outcome.chunk());
            boolean lost = expected.isLost(outcome, Optional.ofNullable(there).map(ChunkInfo::version));
            StageKey key = new StageKey(outcome.transaction(), outcome.attempt());
            Path stagedFile = files.stagedFile(outcome.chunk(), key);
            StoreFiles.Damage leftover = damagedOfCommitted.get(stagedFile);
            if (leftover != null && !lost) {
                foundUnfinished(stagedFile, leftover);
            }
            boolean comes = staged.contains(key);
            if (lost && !comes && told.add(files.chunkFile(outcome.chunk()))) {
                findings.found(
                        FindingKind.LOST_CHUNK,
                        files.chunkFile(outcome.chunk()),
                        0,
                        "version " + outcome.version() + " of chunk " + outcome.chunk() + " was committed by "
                                + outcome.transaction() + "; "
                                + (there == null ? "there is none" : "there is version " + there.version()));
            }
        }
    }

    /** In a folder that was changed since the checkpoint: what that has and nobody else remembers, as a chunk that came as a copy. */
    private void checkLastKnown(List<ChunkInfo> lastKnown) {
        for (ChunkInfo known : lastKnown) {
            Path file = files.chunkFile(known.id());
            ChunkInfo there = published.get(known.id());
            boolean asNew = there == null ? known.tombstone() : !known.version().isNewerThan(there.version());
            boolean accounted = toldStaged.contains(known.id()) || missing.contains(file) || expected.isGivenUp(known);
            if (!asNew && !accounted && told.add(file)) {
                judgeIndex(IndexVerdict.NEEDED);
                String had = "the index had version " + known.version() + " of chunk " + known.id();
                if (there == null) {
                    findings.found(FindingKind.GONE_CHUNK, file, 0, had);
                } else {
                    findings.found(
                            FindingKind.STALE_CHUNK,
                            file,
                            0,
                            had + ", the file is an older copy, version " + there.version()
                                    + "; the folder was changed since, so a start takes the file for the newest");
                }
            }
        }
    }
}
