package io.chunkserver.runner.cli;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.disk.OfflineDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.fsck.CheckReport;
import io.chunkserver.core.fsck.CheckState;
import io.chunkserver.core.fsck.CheckStateFile;
import io.chunkserver.core.fsck.DirectoryCheck;
import io.chunkserver.core.fsck.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fsck}: what is in the data directory of a server that does not run, and what is wrong with it. */
@Command(
        name = "fsck",
        description = {
            "Check every chunk file, the log, the index and the identity in the directory of a stopped server, and say what a start would do.",
            "Nothing is changed without --repair, which moves damaged chunk files to the quarantine and removes what a start makes anew.",
            "Ends with 7 when damage was found, also when it was repaired; else with 12 when something could not be read, "
                    + "and with 3 when a file has another format."
        })
final class FsckCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "DATA_DIR", description = "The data directory.")
    private Path dataDirectory = Path.of("");

    @Option(names = "--repair", description = "Mend what can be mended without losing anything.")
    private boolean repair;

    @Option(
            names = "--resume",
            paramLabel = "FILE",
            description = "Keep in this file how far the check has come, and go on from there when it is cut off. "
                    + "Must lie outside of the directory; it is removed at the end.")
    private @Nullable Path resume;

    @Option(
            names = {"--server-info-file", "--server_info_file"},
            paramLabel = "FILE",
            description = "The identity file, where it does not lie in the directory.")
    private @Nullable Path serverInfoFile;

    FsckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Disk disk = new LocalDisk(dataDirectory);
        Path identity = serverInfoFile == null ? dataDirectory.resolve(DataDirectory.IDENTITY_FILE) : serverInfoFile;
        try (OfflineDirectory directory = OfflineDirectory.open(disk, diskOf(identity), identity.getFileName())) {
            Optional<CheckStateFile> state = resume == null ? Optional.empty() : Optional.of(stateFile(resume));
            Optional<CheckState> earlier = state.isPresent() ? state.get().read() : Optional.empty();
            CheckReport report;
            try (Shown shown = new Shown(state)) {
                report = new DirectoryCheck(disk, directory, repair, InstantSource.system(), shown).run(earlier);
            }
            if (state.isPresent()) {
                state.get().remove();
            }
            console.answer(FsckAnswer.of(report));
            return FsckAnswer.exitCode(report);
        }
    }

    /** Where it cannot be written, that is told now: the check may take hours. */
    private CheckStateFile stateFile(Path file) throws IOException {
        Path parent = parentOf(file);
        if (!Files.isDirectory(parent)) {
            throw noStateFile(file, "there is no directory " + parent);
        }
        if (Files.isDirectory(file)) {
            throw noStateFile(file, "it is a directory");
        }
        if (parent.toRealPath().startsWith(dataDirectory.toRealPath())) {
            throw noStateFile(file, "it must lie outside of the data directory");
        }
        return new CheckStateFile(new LocalDisk(parent), file.getFileName());
    }

    private static ChunkServerException noStateFile(Path file, String why) {
        return Failure.of(ErrorCode.INVALID_ARGUMENT, "--resume " + file + ": " + why)
                .toException();
    }

    private static Disk diskOf(Path file) {
        return new LocalDisk(parentOf(file));
    }

    private static Path parentOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a directory");
    }

    /** Shows findings and progress, and keeps how far the check has come. */
    private final class Shown implements DirectoryCheck.Listener, AutoCloseable {

        /** The check goes over at most so much again. */
        private static final Duration STATE_INTERVAL = Duration.ofSeconds(1);

        private final Optional<CheckStateFile> state;
        private long keptNanos = System.nanoTime();
        private @Nullable Progress bar;

        private Shown(Optional<CheckStateFile> state) {
            this.state = state;
        }

        @Override
        public void found(Finding finding) {
            console.answer(FsckAnswer.of(finding));
        }

        @Override
        public void progress(long checkedBytes, long totalBytes) {
            Progress shown = bar == null ? console.progress("checking", totalBytes) : bar;
            bar = shown;
            shown.at(checkedBytes);
        }

        @Override
        public void checkpoint(CheckState reached) throws IOException {
            if (state.isPresent() && System.nanoTime() - keptNanos >= STATE_INTERVAL.toNanos()) {
                state.get().write(reached);
                keptNanos = System.nanoTime();
            }
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
            }
        }
    }
}
