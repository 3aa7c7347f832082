package io.chunkserver.core.testkit;

import io.chunkserver.core.commit.CommitRecovery;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.Storage;
import io.chunkserver.core.commit.log.SegmentedTransactionLog;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.space.ReservingSpaceAccountant;
import io.chunkserver.core.store.FileChunkStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** The storage of a server, opened on a disk without the server around it. */
public final class StorageOnDisk {

    /** The log id of every storage that is opened here. */
    public static final UUID LOG_ID = new UUID(0x10c, 1);

    private static final Path ROOT = Path.of("");
    private static final long SPACE_BYTES = 1L << 30;

    private StorageOnDisk() {}

    /** Opens store, accountant and log, and brings them in line, as a server does when it starts. */
    public static Storage open(Disk disk, Environment environment) throws IOException {
        return open(disk, environment, TransactionLogConfig.DEFAULT);
    }

    /** The same with another log. */
    public static Storage open(Disk disk, Environment environment, TransactionLogConfig logConfig) throws IOException {
        disk.createDirectories(DataDirectory.CHUNKS);
        disk.createDirectories(DataDirectory.QUARANTINE);
        disk.forceDirectory(ROOT);
        FileChunkStore store =
                FileChunkStore.open(disk, DataDirectory.CHUNKS, DataDirectory.QUARANTINE, DataDirectory.INDEX);
        SegmentedTransactionLog log = SegmentedTransactionLog.open(
                disk,
                DataDirectory.LOG,
                LOG_ID,
                logConfig,
                environment.log(),
                environment.clock(),
                store::forcePublished);
        CommitRecovery.run(store, log);
        return new Storage(
                store,
                new ReservingSpaceAccountant(SPACE_BYTES, store.snapshot().publishedBytes(), 0, disk::freeBytes),
                log);
    }
}
