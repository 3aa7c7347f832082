package io.chunkserver.core.disk;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directory of one server: the names in it, its lock and the server's identity.
 *
 * <pre>
 * server_info.json   who the server is (may lie elsewhere)
 * lock               held while the server runs
 * chunks/            published chunks, and versions that are being written or await a decision
 * log/               the transaction log
 * quarantine/        damaged files, kept for an operator
 * index/             what helps the next start, and can be removed
 * reserve            room for deletes on a full disk, see EmergencyReserve
 * draining           there while an operator drains the server
 * emptying           there while an operator has the server empty this directory
 * </pre>
 *
 * <p><b>Guarantees.</b> While it is open no other server, in this or another process, has it open. Each opening has a
 * boot count that no opening before it had, and it is durable before {@link Builder#open} returns. An identity is
 * never made up over data that is there already.
 *
 * <p><b>Threads.</b> Safe for many threads. Closing is idempotent and releases the lock; from then on the directory may be another's, and
 * nothing is remembered in it: {@code DRAINING}.
 */
public final class DataDirectory implements Closeable {

    public static final Path CHUNKS = Path.of("chunks");
    public static final Path LOG = Path.of("log");
    public static final Path QUARANTINE = Path.of("quarantine");
    public static final Path INDEX = Path.of("index");

    /** In the folder of the index: how far the scrub has come. */
    public static final Path SCRUB_PROGRESS = Path.of("scrub");

    public static final Path IDENTITY_FILE = Path.of("server_info.json");

    static final Path DRAINING = Path.of("draining");
    static final Path EMPTYING = Path.of("emptying");
    static final Path LOCK = Path.of("lock");

    private static final Path ROOT = Path.of("");

    /** What some file systems have at their top. */
    private static final Path LOST_AND_FOUND = Path.of("lost+found");

    private static final List<Path> FOLDERS = List.of(CHUNKS, LOG, QUARANTINE, INDEX);
    private static final int GENERATED_ID_DIGITS = 10;

    private static final Logger logger = LoggerFactory.getLogger(DataDirectory.class);

    private final Disk disk;
    private final FolderForces forces;
    private final IdentityFile identityFile;
    private final Closeable lock;
    private final EmergencyReserve reserve;
    private final RandomGenerator random;
    private final Object fileSystem;

    /** Replaced under this object's monitor, which is held while the file is written: two ports must not race. */
    private volatile ServerIdentity identity;

    /** What is on the disk for sure; replaced as the identity is. */
    private volatile boolean draining;

    private volatile boolean emptying;

    private volatile boolean closed;

    private DataDirectory(
            Disk disk,
            FolderForces forces,
            IdentityFile identityFile,
            Closeable lock,
            EmergencyReserve reserve,
            RandomGenerator random,
            ServerIdentity identity)
            throws IOException {
        this.disk = disk;
        this.forces = forces;
        this.identityFile = identityFile;
        this.lock = lock;
        this.reserve = reserve;
        this.random = random;
        this.fileSystem = disk.fileSystem();
        this.identity = identity;
        this.draining = disk.size(DRAINING).isPresent();
        this.emptying = disk.size(EMPTYING).isPresent();
    }

    /**
     * Begins to open the directory that is the root of this disk.
     *
     * @param random draws the ids and the first boot count of a new directory
     */
    public static Builder on(Disk disk, RandomGenerator random) {
        return new Builder(disk, random);
    }

    /** Opens the root of this disk with nothing configured. */
    public static DataDirectory open(Disk disk, RandomGenerator random) throws IOException {
        return on(disk, random).open();
    }

    /** The disk whose root this directory is. */
    public Disk disk() {
        return disk;
    }

    public ServerIdentity identity() {
        return identity;
    }

    /** As {@link Disk#fileSystem}, when it was opened. */
    public Object fileSystem() {
        return fileSystem;
    }

    /** What is set aside for a full disk. */
    public EmergencyReserve reserve() {
        return reserve;
    }

    /** Remembers the port on which the server listens; durable on return. */
    public synchronized void recordPort(int port) throws IOException {
        checkOpen();
        if (identity.lastPort() != port) {
            ServerIdentity listening = identity.listeningOn(port);
            identityFile.write(listening);
            identity = listening;
        }
    }

    /**
     * Gives the log a new id, durable on return, for a directory whose log is new or was lost: a coordinator without its
     * log must not answer for what that log knew.
     */
    public synchronized void renewLogId() throws IOException {
        checkOpen();
        ServerIdentity renewed = identity.withLog(randomUuid(random));
        identityFile.write(renewed);
        identity = renewed;
    }

    /**
     * Has this directory be one of its server's: all of them have one boot count, one location and one port from now on. Durable on return,
     * also on a full disk.
     *
     * @param like what one of them says of the server
     */
    synchronized void join(DirectorySet set, ServerIdentity like) throws IOException {
        checkOpen();
        ServerIdentity joined = new ServerIdentity(
                identity.serverId(),
                identity.uuid(),
                identity.logId(),
                like.location(),
                like.lastPort(),
                like.bootCount(),
                set);
        if (!joined.equals(identity)) {
            write(joined, identityFile, reserve);
            identity = joined;
        }
    }

    /** Has this directory know these as those of its server. Durable on return, also on a full disk. */
    synchronized void remember(DirectorySet set) throws IOException {
        join(set, identity);
    }

    /** A server starts also on a full disk, so that somebody can delete chunks from it. */
    private static void write(ServerIdentity identity, IdentityFile file, EmergencyReserve reserve) throws IOException {
        while (true) {
            try {
                file.write(identity);
                return;
            } catch (DiskFullException e) {
                if (!reserve.make()) {
                    throw e;
                }
            }
        }
    }

    /**
     * Why the directory can remember nothing any more, until it is opened anew: what was written to it last could not be forced, and a later
     * force would not tell whether that is on the disk.
     */
    public Optional<Failure> failure() {
        return forces.failure().or(identityFile::failure);
    }

    /** Whether an operator drains the server, also since before it was started. */
    public boolean isDraining() {
        return draining;
    }

    /** Remembers whether an operator drains the server; durable on return. */
    public synchronized void recordDraining(boolean wanted) throws IOException {
        mark(DRAINING, wanted);
        draining = wanted;
    }

    /** Whether an operator has the server empty this directory, also since before it was started. */
    public boolean isEmptying() {
        return emptying;
    }

    /** Remembers whether this directory is emptied; durable on return. */
    public synchronized void recordEmptying(boolean wanted) throws IOException {
        mark(EMPTYING, wanted);
        emptying = wanted;
    }

    private void mark(Path file, boolean wanted) throws IOException {
        checkOpen();
        boolean there = disk.size(file).isPresent();
        if (wanted && !there) {
            disk.create(file).close();
        } else if (!wanted && there) {
            disk.delete(file);
        }
        // Also when nothing changes: the process that did may have died before it could force.
        forces.force(DiskNames.parentOf(file));
    }

    private void checkOpen() throws ChunkServerException {
        if (closed) {
            throw Failure.of(ErrorCode.DRAINING, "data directory " + this + " is closed")
                    .withHint("start its server again")
                    .at(identity.serverId())
                    .toException();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        lock.close();
    }

    /** Closes it because of a failure, to which it adds what fails then. */
    public void closeAfter(Exception failure) {
        try {
            close();
        } catch (IOException suppressed) {
            failure.addSuppressed(suppressed);
        }
    }

    @Override
    public String toString() {
        return disk.toString();
    }

    /** A version 4 UUID; the JDK's own source of them takes no generator. */
    private static UUID randomUuid(RandomGenerator random) {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & ~(3L << 62)) | (1L << 63);
        return new UUID(high, low);
    }

    /**
     * Whether the server that is configured owns a directory.
     *
     * @throws ChunkServerException.Unusable with {@code WRONG_SERVER} when it does not
     */
    public static void checkOwner(ServerId configured, ServerId owner, String directory, String identityFile)
            throws ChunkServerException {
        if (!configured.equals(owner)) {
            throw Failure.of(
                            ErrorCode.WRONG_SERVER,
                            "server " + configured + " is configured, but directory " + directory
                                    + " belongs to server " + owner + " by its identity file " + identityFile)
                    .withHint("mend the configured server id, or give this server a directory of its own")
                    .toException();
        }
    }

    /**
     * Whether a directory without an identity is new: data without one is a lost or misplaced identity file, not a new server. Other files
     * are no obstacle, since a server leaves alone what is not its own, but perhaps a mistake, and so told in the log.
     *
     * @throws ChunkServerException.Unusable with {@code BAD_CONFIGURATION} when there is data
     */
    public static void checkUnused(Disk disk, String identityFile) throws IOException {
        for (Path folder : FOLDERS) {
            List<Path> names = namesIn(disk, folder);
            if (!names.isEmpty()) {
                throw Failure.of(
                                ErrorCode.BAD_CONFIGURATION,
                                "directory " + disk + " has data (" + folder.resolve(names.get(0))
                                        + ") but its identity file " + identityFile + " is missing")
                        .withHint("restore the identity file, mend its configured location, or move the data away"
                                + " to start as a new server")
                        .toException();
            }
        }
        List<Path> others = foreignNames(disk);
        if (!others.isEmpty()) {
            logger.warn(
                    "directory {} has other files ({} names, {} is one): a new server begins in it and leaves them alone; is it the right one?",
                    disk,
                    others.size(),
                    others.get(0));
        }
    }

    /** What is at the top of the disk and is neither a server's nor the file system's. */
    private static List<Path> foreignNames(Disk disk) throws IOException {
        return namesIn(disk, ROOT).stream()
                .filter(name -> !FOLDERS.contains(name) && !name.equals(LOCK) && !name.equals(EmergencyReserve.FILE))
                .filter(name -> !name.equals(LOST_AND_FOUND) && !name.toString().endsWith(".tmp"))
                .sorted()
                .toList();
    }

    private static List<Path> namesIn(Disk disk, Path folder) throws IOException {
        try {
            return disk.list(folder);
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** What is known of a directory before it is opened. Not safe for many threads. */
    public static final class Builder {

        private final Disk disk;
        private final RandomGenerator random;
        private final FolderForces forces;
        private IdentityFile identityFile;
        private @Nullable ServerId serverId;
        private @Nullable Location location;

        private Builder(Disk disk, RandomGenerator random) {
            this.disk = disk;
            this.random = random;
            this.forces = new FolderForces(disk, "the data directory");
            this.identityFile = new IdentityFile(disk, IDENTITY_FILE, forces);
        }

        /** The server that the directory must belong to, and the name of a new one; default: whoever is there. */
        public Builder serverId(ServerId configured) {
            this.serverId = configured;
            return this;
        }

        /** The same, where no server was configured. */
        void serverIdUnlessConfigured(ServerId name) {
            serverId = serverId == null ? name : serverId;
        }

        /** Where the server stands; default: where it stood last, at first {@link Location#ORIGIN}. */
        public Builder location(Location configured) {
            this.location = configured;
            return this;
        }

        /** Where the identity file lies; default: in the directory itself. */
        public Builder identityFile(Disk otherDisk, Path file) {
            this.identityFile = new IdentityFile(otherDisk, file);
            return this;
        }

        /** What the directory says of itself, while nothing is changed and nothing made; empty when it is new. */
        Optional<ServerIdentity> look() throws IOException {
            return identityFile.read();
        }

        /** Whether there is anything in it but what every start makes. */
        boolean isUsed() throws IOException {
            for (Path folder : FOLDERS) {
                if (!namesIn(disk, folder).isEmpty()) {
                    return true;
                }
            }
            return false;
        }

        /** Files in it that no server has made, its identity apart. */
        List<Path> foreign() throws IOException {
            return foreignNames(disk).stream()
                    .filter(name -> !name.equals(IDENTITY_FILE))
                    .toList();
        }

        @Override
        public String toString() {
            return disk.toString();
        }

        /**
         * Makes what is missing, takes the lock and reads the identity, or makes one in a new directory.
         *
         * @throws ChunkServerException.Unusable with {@code DIRECTORY_LOCKED}, {@code WRONG_SERVER},
         *     {@code BAD_CONFIGURATION}, {@code FORMAT_TOO_NEW} or {@code FORMAT_TOO_OLD}; nothing was changed then
         *     but that missing folders were made
         * @throws ChunkServerException.Corrupt when the identity file cannot be understood
         */
        public DataDirectory open() throws IOException {
            disk.createDirectories(ROOT);
            Closeable lock = disk.lock(LOCK);
            try {
                for (Path folder : FOLDERS) {
                    disk.createDirectories(folder);
                }
                forces.force(ROOT);
                identityFile.makeFolder();
                ServerIdentity identity = identify();
                EmergencyReserve reserve = EmergencyReserve.open(disk, forces);
                write(identity, identityFile, reserve);
                reserve.runOnce();
                logger.info("server {} opened {}, boot {}", identity.serverId(), disk, identity.bootCount());
                return new DataDirectory(disk, forces, identityFile, lock, reserve, random, identity);
            } catch (IOException | RuntimeException e) {
                try {
                    lock.close();
                } catch (IOException suppressed) {
                    e.addSuppressed(suppressed);
                }
                throw e;
            }
        }

        private ServerIdentity identify() throws IOException {
            Optional<ServerIdentity> stored = identityFile.read();
            ServerIdentity identity = stored.isPresent() ? checked(stored.get()).atNextBoot() : firstIdentity();
            return location == null ? identity : identity.at(location);
        }

        private ServerIdentity checked(ServerIdentity stored) throws ChunkServerException {
            if (serverId != null) {
                checkOwner(serverId, stored.serverId(), disk.toString(), identityFile.toString());
            }
            return stored;
        }

        private ServerIdentity firstIdentity() throws IOException {
            checkUnused(disk, identityFile.toString());
            ServerId name = serverId == null ? randomName() : serverId;
            return new ServerIdentity(
                    name, randomUuid(random), randomUuid(random), Location.ORIGIN, 0, random.nextLong(1, 1L << 31));
        }

        private ServerId randomName() {
            return new ServerId("cs-" + HexFormat.of().toHexDigits(random.nextLong(), GENERATED_ID_DIGITS));
        }
    }
}
