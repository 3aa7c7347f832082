package io.chunkserver.core.fsck;

import io.chunkserver.core.commit.log.LogContent;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.disk.EmergencyReserve;
import io.chunkserver.core.disk.OfflineDirectory;
import io.chunkserver.core.disk.ServerIdentity;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.store.IndexContent;
import io.chunkserver.core.store.StoreFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks through the data directory of a server that does not run.
 *
 * <p><b>Guarantees.</b> Without repair nothing is changed. Repair moves damaged chunk files to the quarantine, and removes what a start
 * makes anew or removes itself: an index checkpoint that is damaged or says less than the files, and files that a crash left while they
 * were being made. A start never knows less after it: an index that alone knows of a version stays. It never touches the log, staged files
 * or the identity. What cannot be read is told as such, and is never called damage.
 *
 * <p><b>Memory</b>: that of a start, for what the log and the index checkpoint say; of chunk files one block and one table at a time.
 *
 * <p>For one thread; whoever calls it holds the directory's lock.
 */
public final class DirectoryCheck {

    /** Hears what is found and how far it is. */
    public interface Listener {

        void found(Finding finding);

        /** So many of all bytes of chunk files were read. */
        void progress(long checkedBytes, long totalBytes);

        /** All folders up to one were checked: a later run may go on from here. */
        void checkpoint(CheckState state) throws IOException;
    }

    private static final CheckReport NOTHING = new CheckReport(0, 0, 0, 0, 0, Map.of(), 0);

    private final Disk disk;
    private final OfflineDirectory directory;
    private final Listener listener;
    private final boolean repair;
    private final StoreFiles files;
    private final Tally whole = Tally.from(NOTHING);
    private final Findings findings;

    /**
     * A check.
     *
     * @param repair whether to mend what can be mended
     * @param clock  says since when a file is in the quarantine
     */
    public DirectoryCheck(
            Disk disk, OfflineDirectory directory, boolean repair, InstantSource clock, Listener listener) {
        this.disk = disk;
        this.directory = directory;
        this.repair = repair;
        this.listener = listener;
        this.files = new StoreFiles(disk, DataDirectory.CHUNKS, DataDirectory.QUARANTINE);
        this.findings = new Findings(disk, files, repair, clock, listener, whole);
    }

    /**
     * Checks everything.
     *
     * @param earlier where an earlier run has ended; ignored when it was of another directory, when one of the two repairs and the other does
     *                not, and when a server ran since
     * @throws IOException when something could not be repaired, or the state not be kept
     */
    public CheckReport run(Optional<CheckState> earlier) throws IOException {
        checkIdentity();
        SortedSet<Path> folders = files.folders(new StoreFiles.Obstacles() {
            @Override
            public void unreadable(Path folder, IOException why) {
                findings.unreadable(folder, why);
            }

            @Override
            public void foreign(Path path) {
                findings.found(FindingKind.FOREIGN_FILE, path, 0, "no folder of a store is called so");
            }
        });
        LogContent log = checkLog(!folders.isEmpty());
        IndexContent index = IndexContent.read(disk, DataDirectory.INDEX, DataDirectory.CHUNKS);
        boolean indexKnown = checkIndex(index);
        Set<Path> missing = checkQuarantine();
        ExpectedVersions expected = new ExpectedVersions(log, files);
        folders.addAll(expected.folders());
        folders.addAll(index.folders());
        Optional<CheckState> resumed = earlier.filter(this::isOfThisCheck);
        Tally inFolders = Tally.from(resumed.map(CheckState::folders).orElse(NOTHING));
        findings.countFor(inFolders);
        IndexVerdict verdict = checkFolders(folders, resumed, expected, index, missing, inFolders);
        if (verdict == IndexVerdict.BEHIND && indexKnown && repair) {
            findings.foundUseless(FindingKind.WRONG_INDEX, index.file(), "it says less than what is in the folders");
        }
        return whole.plus(inFolders).report();
    }

    private boolean isOfThisCheck(CheckState state) {
        return directory
                        .identity()
                        .filter(identity ->
                                identity.uuid().equals(state.directory()) && identity.bootCount() == state.bootCount())
                        .isPresent()
                && state.repair() == repair;
    }

    private void checkIdentity() throws IOException {
        if (directory.damage().isPresent()) {
            findings.found(
                    Findings.kind(directory.damage().get().code(), FindingKind.DAMAGED_IDENTITY),
                    DataDirectory.IDENTITY_FILE,
                    0,
                    directory.damage().get().failure().message());
        } else if (directory.unreadable().isPresent()) {
            findings.unreadable(
                    DataDirectory.IDENTITY_FILE,
                    directory.unreadable().get(),
                    "whose directory it is and which log belongs to it was not checked; a start fails");
        } else if (directory.identity().isEmpty()) {
            findings.found(FindingKind.MISSING_IDENTITY, DataDirectory.IDENTITY_FILE, 0, "there is none");
        }
        checkNames(
                Path.of(""),
                name -> !name.toString().endsWith(".tmp"),
                directory.temporaryFile(),
                EmergencyReserve.UNFINISHED);
    }

    /** Tells of temporary files that a crash left in a folder, and of names in it that are nobody's. */
    private void checkNames(Path folder, Predicate<Path> known, Path... temporary) throws IOException {
        List<Path> names;
        try {
            names = disk.list(folder);
        } catch (NoSuchFileException none) {
            return;
        } catch (IOException e) {
            findings.unreadable(folder, e, "what a crash may have left in it was not looked for");
            return;
        }
        for (Path name : names) {
            Path file = folder.resolve(name);
            if (List.of(temporary).contains(file)) {
                findings.foundUseless(FindingKind.TEMPORARY_FILE, file, "it was to replace another file in one step");
            } else if (!known.test(name)) {
                findings.found(FindingKind.FOREIGN_FILE, file, 0, "no file of a server is called so");
            }
        }
    }

    private @Nullable LogContent checkLog(boolean hasChunks) throws IOException {
        LogContent log;
        try {
            log = LogContent.read(
                    disk,
                    DataDirectory.LOG,
                    directory.identity().map(ServerIdentity::logId).orElse(null));
        } catch (IOException e) {
            findings.unreadable(DataDirectory.LOG, e);
            return null;
        }
        LogContent.Damage damage = log.damage();
        if (damage != null) {
            FindingKind kind = damage.failure().code() == ErrorCode.WRONG_SERVER
                    ? FindingKind.FOREIGN_LOG
                    : Findings.kind(damage.failure().code(), FindingKind.DAMAGED_LOG);
            findings.found(
                    kind, damage.file(), damage.offsetBytes(), damage.failure().message());
        } else if (log.segments() == 0 && hasChunks) {
            findings.found(FindingKind.MISSING_LOG, DataDirectory.LOG, 0, "it has no segment");
        }
        LogContent.Torn torn = log.torn();
        if (torn != null) {
            findings.found(
                    FindingKind.TORN_TAIL,
                    torn.file(),
                    torn.fromOffset(),
                    "bytes up to offset " + torn.toOffset() + " belong to no batch");
        }
        for (Path file : log.unfinished()) {
            findings.foundUseless(FindingKind.TEMPORARY_FILE, file, "it was to become a segment of the log");
        }
        return log;
    }

    /** Whether the folders are to be compared with it; one of another format is not damaged, and stays. */
    private boolean checkIndex(IndexContent index) throws IOException {
        Path scrub = DataDirectory.INDEX.resolve(DataDirectory.SCRUB_PROGRESS);
        checkNames(
                DataDirectory.INDEX,
                name -> List.of(index.file(), scrub).contains(DataDirectory.INDEX.resolve(name)),
                DiskNames.temporaryOf(index.file()),
                DiskNames.temporaryOf(scrub));
        Optional<IOException> unreadable = index.unreadable();
        Optional<Failure> damage = index.damage();
        if (unreadable.isPresent()) {
            findings.indexIsHidden();
            findings.unreadable(
                    index.file(),
                    unreadable.get(),
                    "what it alone knows was not checked, and repair moves no chunk file; a start reads every chunk file instead");
        } else if (damage.isPresent() && damage.get().code() == ErrorCode.CORRUPT) {
            findings.foundUseless(
                    FindingKind.DAMAGED_INDEX, index.file(), damage.get().message());
        } else if (damage.isPresent()) {
            findings.indexIsHidden();
            findings.found(
                    FindingKind.OTHER_INDEX, index.file(), 0, damage.get().message());
        }
        return unreadable.isEmpty() && damage.isEmpty();
    }

    /** Where chunks belong of which it says that they are missing. */
    private Set<Path> checkQuarantine() {
        try {
            for (Path file : files.quarantined()) {
                findings.found(FindingKind.QUARANTINED, file, 0, disk.size(file).orElse(0) + " bytes");
            }
            return files.knownMissing();
        } catch (IOException e) {
            findings.unreadable(DataDirectory.QUARANTINE, e);
            return Set.of();
        }
    }

    private IndexVerdict checkFolders(
            SortedSet<Path> folders,
            Optional<CheckState> resumed,
            ExpectedVersions expected,
            IndexContent index,
            Set<Path> missing,
            Tally tally)
            throws IOException {
        long totalBytes = totalBytes(folders);
        IndexVerdict verdict = resumed.map(CheckState::index).orElse(IndexVerdict.RIGHT);
        for (Path folder : folders) {
            if (resumed.isEmpty() || folder.compareTo(resumed.get().lastFolder()) > 0) {
                IndexVerdict ofFolder = new FolderCheck(
                                disk,
                                files,
                                expected,
                                index,
                                missing,
                                findings,
                                tally,
                                bytes -> {
                                    tally.read(bytes);
                                    listener.progress(tally.checkedBytes(), totalBytes);
                                },
                                folder)
                        .check();
                verdict = verdict.and(ofFolder);
                checkpoint(folder, verdict, tally);
            }
        }
        return verdict;
    }

    private void checkpoint(Path folder, IndexVerdict verdict, Tally tally) throws IOException {
        Optional<ServerIdentity> identity = directory.identity();
        if (identity.isPresent()) {
            listener.checkpoint(new CheckState(
                    identity.get().uuid(), identity.get().bootCount(), repair, folder, verdict, tally.report()));
        }
    }

    /** What can be read of it: a folder that cannot be listed is told of when it is its turn. */
    private long totalBytes(SortedSet<Path> folders) {
        long total = 0;
        for (Path folder : folders) {
            try {
                for (Path name : disk.list(folder)) {
                    total += StoreFiles.kindOf(name) == StoreFiles.Kind.FOREIGN
                            ? 0
                            : disk.size(folder.resolve(name)).orElse(0);
                }
            } catch (IOException toldLater) {
                // Only the bar is wrong then.
            }
        }
        return total;
    }
}
