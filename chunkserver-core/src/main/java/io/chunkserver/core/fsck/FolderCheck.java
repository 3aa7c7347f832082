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

    /**
     * Checks the folder.
     *
     * @return whether the index may be believed
     */
    boolean check() throws IOException {
        // Before anything is moved, which would change the folder's stamp.
        Optional<List<ChunkInfo>> believed = Optional.empty();
        List<Path> names = List.of();
        try {
            believed = index.believed(folder);
            names = disk.list(folder);
        } catch (NoSuchFileException none) {
            // Nothing was stored there, or all of it is gone: what is expected tells.
        } catch (IOException e) {
            findings.unreadable(folder, e);
            return true;
        }
        for (Path name : names) {
            checkFile(folder.resolve(name));
        }
        checkPromises();
        boolean indexRight = believed.isEmpty() || checkIndex(believed.get());
        checkOutcomes();
        checkLastKnown();
        return indexRight;
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

    private void judgePublished(StoreFiles.Checked checked) throws IOException {
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
                findings.foundToPutAside(
                        kind, checked.file(), damage.offsetBytes(), damage.message(), lastKnown(checked));
            } else {
                findings.found(kind, checked.file(), damage.offsetBytes(), damage.message());
            }
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
            FindingKind kind = Findings.kind(damage.code(), FindingKind.UNFINISHED_STAGED);
            findings.found(kind, checked.file(), damage.offsetBytes(), damage.message());
        }
    }

    private boolean isPromised(Path file) {
        return expected.promises(folder).stream()
                .anyMatch(prepared -> fileOf(prepared).equals(file));
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

    private boolean checkIndex(List<ChunkInfo> believed) {
        boolean right = true;
        Set<ChunkId> known = new HashSet<>();
        for (ChunkInfo info : believed) {
            known.add(info.id());
            ChunkInfo there = published.get(info.id());
            Path file = files.chunkFile(info.id());
            if (told.contains(file)) {
                continue;
            }
            if (there == null) {
                told.add(file);
                right = false;
                findings.found(
                        FindingKind.MISSING_CHUNK,
                        file,
                        0,
                        "the index has version " + info.version() + " of chunk " + info.id());
            } else if (!there.equals(info)) {
                right = false;
                findings.found(
                        FindingKind.WRONG_INDEX,
                        file,
                        0,
                        "the index has version " + info.version() + " of chunk " + info.id() + ", the file version "
                                + there.version());
            }
        }
        for (ChunkInfo there : published.values()) {
            if (!known.contains(there.id())) {
                right = false;
                findings.found(
                        FindingKind.WRONG_INDEX,
                        files.chunkFile(there.id()),
                        0,
                        "the index does not have chunk " + there.id() + ", the folder does");
            }
        }
        return right;
    }

    private void checkOutcomes() {
        for (Outcome outcome : expected.outcomes(folder)) {
            ChunkInfo there = published.get(outcome.chunk());
            boolean lost = expected.isLost(outcome, Optional.ofNullable(there).map(ChunkInfo::version));
            boolean comes = staged.contains(new StageKey(outcome.transaction(), outcome.attempt()));
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
    private void checkLastKnown() {
        for (ChunkInfo known : index.lastKnownIn(folder)) {
            Path file = files.chunkFile(known.id());
            boolean accounted = published.containsKey(known.id())
                    || toldStaged.contains(known.id())
                    || missing.contains(file)
                    || expected.isGivenUp(known);
            if (!known.tombstone() && !accounted && told.add(file)) {
                findings.found(
                        FindingKind.GONE_CHUNK,
                        file,
                        0,
                        "the index had version " + known.version() + " of chunk " + known.id());
            }
        }
    }
}
