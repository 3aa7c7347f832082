package io.chunkserver.core;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.core.space.SpaceAlert;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a server is made of. Everything but the first data directory has a default. Not safe for many threads. */
public final class ChunkServerBuilder {

    private final List<Disk> disks = new ArrayList<>();
    private final Set<UUID> givenUp = new HashSet<>();
    private @Nullable Path serverInfoFile;
    private @Nullable ServerId serverId;
    private @Nullable Location location;
    private ChunkServerConfig config = ChunkServerConfig.DEFAULT;
    private Replicas replicas = new NoReplicas();
    private List<KnownMaster> masters = List.of();
    private boolean mastersLater;
    private final List<Consumer<SpaceAlert>> spaceListeners = new ArrayList<>();
    private @Nullable Environment environment;

    ChunkServerBuilder(Disk disk) {
        disks.add(disk);
    }

    /**
     * Gives the server another data directory, on a disk of its own: new chunks go where most room is, and a disk that fails takes only its
     * own chunks out of service. A directory that was named once belongs to the server from then on.
     */
    public ChunkServerBuilder dataDirectory(Path another) {
        return disk(new LocalDisk(another));
    }

    /** As {@link #dataDirectory}, on any disk. */
    public ChunkServerBuilder disk(Disk another) {
        disks.add(another);
        return this;
    }

    /**
     * Lets the server start without a data directory that it had and that is lost for good. What only that one had is lost to this server;
     * the directory is refused from then on. One that is not missed is fine.
     *
     * @param directory its id, as the failed start named it
     */
    public ChunkServerBuilder giveUpDirectory(UUID directory) {
        givenUp.add(directory);
        return this;
    }

    /** Where the identity file of the first data directory lies; default {@code server_info.json} in it. */
    public ChunkServerBuilder serverInfoFile(Path file) {
        this.serverInfoFile = file;
        return this;
    }

    /** The server's name; default: as the data directory says, or a random one for a new directory. */
    public ChunkServerBuilder serverId(ServerId id) {
        this.serverId = id;
        return this;
    }

    /** Where the server stands; default: as the data directory says, or the origin for a new directory. */
    public ChunkServerBuilder location(Location place) {
        this.location = place;
        return this;
    }

    /** Limits and waits; default {@link ChunkServerConfig#DEFAULT}. */
    public ChunkServerBuilder config(ChunkServerConfig limits) {
        this.config = limits;
        return this;
    }

    /** How to reach other servers; default: not at all, which is enough for chunks with one copy. */
    public ChunkServerBuilder replicas(Replicas others) {
        this.replicas = others;
        return this;
    }

    /**
     * The masters that the server reports to, takes orders from, and asks where chunks go; default: none. It speaks to them once it can be
     * reached ({@link ChunkServer#reachableAt}).
     */
    public ChunkServerBuilder masters(List<KnownMaster> known) {
        this.masters = List.copyOf(known);
        return this;
    }

    /**
     * Says that the server will be told of its masters while it runs, by {@link ChunkServer#followMasters}: until then it already keeps what
     * a master may ask for, above all that chunks were deleted.
     */
    public ChunkServerBuilder mastersLater() {
        this.mastersLater = true;
        return this;
    }

    /**
     * Has this hear whenever the server has become fuller or emptier than a threshold, also while it starts; may be called several times.
     * It is called on a thread of the server's and must not wait.
     */
    public ChunkServerBuilder onSpaceAlert(Consumer<SpaceAlert> listener) {
        spaceListeners.add(listener);
        return this;
    }

    /**
     * Time, chance and threads; default: the real ones, with threads of the server's own, those for the disk for each data directory apart.
     * Here all directories share what is given, so that a disk that hangs may keep the others waiting. The executors stay the caller's, to be
     * shut down after the server was closed.
     */
    public ChunkServerBuilder environment(Environment world) {
        this.environment = world;
        return this;
    }

    /**
     * Opens the data directories, recovers what a crash left, and takes up open transactions.
     *
     * @throws io.chunkserver.core.error.ChunkServerException.Unusable when a directory is locked, another server's, of another format, or
     *     one of the server's is missing
     * @throws io.chunkserver.core.error.ChunkServerException.Corrupt when the log or the identity is damaged
     */
    public ChunkServer start() throws IOException {
        return ChunkServer.start(this);
    }

    List<Disk> disks() {
        return disks;
    }

    Set<UUID> givenUp() {
        return givenUp;
    }

    @Nullable
    Path serverInfoFile() {
        return serverInfoFile;
    }

    @Nullable
    ServerId serverId() {
        return serverId;
    }

    @Nullable
    Location location() {
        return location;
    }

    ChunkServerConfig config() {
        return config;
    }

    Replicas replicas() {
        return replicas;
    }

    List<KnownMaster> masters() {
        return masters;
    }

    boolean keepsTombstones() {
        return mastersLater || !masters.isEmpty();
    }

    List<Consumer<SpaceAlert>> spaceListeners() {
        return spaceListeners;
    }

    @Nullable
    Environment environment() {
        return environment;
    }

    static ChunkServerBuilder onLocalDisk(Path dataDirectory) {
        return new ChunkServerBuilder(new LocalDisk(dataDirectory));
    }
}
