package io.chunkserver.runner.server;

import io.chunkserver.core.commit.log.LogContent;
import io.chunkserver.core.disk.DataDirectories;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.disk.OfflineDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.config.RunnerConfig;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.server.ServerEndpoint;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a server could start: in its data directory, which is looked at and not changed: a start recovers, and moves damaged files aside; and at its address. */
public final class StartCheck {

    private static final Logger LOG = LoggerFactory.getLogger(StartCheck.class);

    private StartCheck() {}

    /**
     * Takes the lock of each directory, reads its identity and its log, looks whether they belong together, and listens for a moment.
     *
     * @param givenUp ids of data directories that are lost for good
     * @return whose directories they are; empty when a start would make them
     * @throws ChunkServerException as {@link RunningServer#start} throws it: {@code DIRECTORY_LOCKED}, {@code WRONG_SERVER}, {@code CORRUPT},
     *     {@code BAD_CONFIGURATION}
     */
    public static Optional<ServerId> run(RunnerConfig config, Set<UUID> givenUp) throws IOException {
        Optional<ServerId> owner = config.serverId();
        boolean used = false;
        List<DataDirectory.Builder> all = new ArrayList<>();
        for (Path directory : config.dataDirs()) {
            Path identity = directory.equals(config.dataDir())
                    ? config.serverInfoFile().toAbsolutePath()
                    : directory.resolve(DataDirectory.IDENTITY_FILE).toAbsolutePath();
            Optional<ServerId> found = ownerOf(directory, identity, owner);
            owner = found.isPresent() ? found : owner;
            used |= found.isPresent();
            all.add(DataDirectory.on(new LocalDisk(directory), RandomGenerator.getDefault())
                    .identityFile(
                            new LocalDisk(Objects.requireNonNull(identity.getParent(), "a file lies in a directory")),
                            identity.getFileName()));
        }
        DataDirectories.check(all, givenUp);
        try (Transport transport = TcpTransports.openToListen(config.security())) {
            ServerEndpoint.checkListen(transport, config.listen());
        }
        return used ? owner : Optional.empty();
    }

    private static Optional<ServerId> ownerOf(Path directory, Path identity, Optional<ServerId> expected)
            throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw UnusableDirectory.failure(directory, new FileAlreadyExistsException(directory.toString()));
        }
        if (!Files.isDirectory(directory.resolve(DataDirectory.LOG))
                && !Files.isDirectory(directory.resolve(DataDirectory.CHUNKS))
                && !Files.exists(identity)) {
            DataDirectory.checkUnused(new LocalDisk(directory), identity.toString());
            return Optional.empty();
        }
        Disk disk = new LocalDisk(directory);
        Disk identityDisk = new LocalDisk(Objects.requireNonNull(identity.getParent(), "a file lies in a directory"));
        try (OfflineDirectory offline = OfflineDirectory.open(disk, identityDisk, identity.getFileName())) {
            Optional<ChunkServerException> damage = offline.damage();
            if (damage.isPresent()) {
                throw damage.get();
            }
            if (offline.unreadable().isPresent()) {
                throw offline.unreadable().get();
            }
            if (offline.identity().isEmpty()) {
                DataDirectory.checkUnused(disk, identity.toString());
            }
            Optional<ServerId> owner = offline.identity().map(found -> found.serverId());
            if (owner.isPresent() && expected.isPresent()) {
                DataDirectory.checkOwner(expected.get(), owner.get(), disk.toString(), identity.toString());
            }
            LogContent log = LogContent.readAsAStart(
                    disk,
                    DataDirectory.LOG,
                    offline.identity().map(found -> found.logId()).orElse(null));
            if (log.damage() != null) {
                throw log.damage().failure().toException();
            }
            if (log.segments() == 0 && !namesIn(disk, DataDirectory.CHUNKS).isEmpty()) {
                LOG.warn(
                        "{} has chunks and no transaction log: that is lost or was removed, and a start would begin a new one; bring the folder "
                                + "{} back from a copy before, if there is one",
                        disk,
                        DataDirectory.LOG);
            }
            return owner;
        } catch (FileSystemException e) {
            throw UnusableDirectory.failure(directory, e);
        }
    }

    private static List<Path> namesIn(Disk disk, Path folder) throws IOException {
        try {
            return disk.list(folder);
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
