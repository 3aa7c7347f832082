package io.chunkserver.runner.server;

import io.chunkserver.core.commit.log.LogContent;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.disk.OfflineDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.config.RunnerConfig;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** Whether a server could start in its data directory, which is looked at and not changed: a start recovers, and moves damaged files aside. */
public final class StartCheck {

    private StartCheck() {}

    /**
     * Takes the directory's lock, and reads its identity and its log.
     *
     * @return whose directory it is; empty when a start would make it one
     * @throws ChunkServerException as {@link RunningServer#start} throws it: {@code DIRECTORY_LOCKED}, {@code WRONG_SERVER}, {@code CORRUPT}
     */
    public static Optional<ServerId> run(RunnerConfig config) throws IOException {
        Path directory = config.dataDir();
        Path identity = config.serverInfoFile().toAbsolutePath();
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw UnusableDirectory.failure(directory, new FileAlreadyExistsException(directory.toString()));
        }
        if (!Files.isDirectory(directory.resolve(DataDirectory.LOG))
                && !Files.isDirectory(directory.resolve(DataDirectory.CHUNKS))
                && !Files.exists(identity)) {
            return Optional.empty();
        }
        Disk disk = new LocalDisk(directory);
        Disk identityDisk = new LocalDisk(Objects.requireNonNull(identity.getParent(), "a file lies in a directory"));
        try (OfflineDirectory offline = OfflineDirectory.open(disk, identityDisk, identity.getFileName())) {
            Optional<ChunkServerException> damage = offline.damage();
            if (damage.isPresent()) {
                throw damage.get();
            }
            if (offline.identity().isEmpty()) {
                DataDirectory.checkUnused(disk, identity.toString());
            }
            Optional<ServerId> owner = offline.identity().map(found -> found.serverId());
            if (owner.isPresent() && config.serverId().isPresent()) {
                DataDirectory.checkOwner(config.serverId().get(), owner.get(), disk.toString(), identity.toString());
            }
            LogContent log = LogContent.read(
                    disk,
                    DataDirectory.LOG,
                    offline.identity().map(found -> found.logId()).orElse(null));
            if (log.damage() != null) {
                throw log.damage().failure().toException();
            }
            return owner;
        } catch (FileSystemException e) {
            throw UnusableDirectory.failure(directory, e);
        }
    }
}
