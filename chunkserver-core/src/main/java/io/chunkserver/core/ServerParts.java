package io.chunkserver.core;

import static java.util.Objects.requireNonNull;

import io.chunkserver.core.commit.AttemptNumbers;
import io.chunkserver.core.commit.CommitRecovery;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.disk.CallWatch;
import io.chunkserver.core.disk.DataDirectories;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.disk.ServerIdentity;
import io.chunkserver.core.disk.WatchedDisk;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.RemovalIntents;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.space.SpaceLimit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The wiring of a server: its volumes, and what they have in common.
 *
 * @param identity as all its directories say
 * @param intents  chunks that this server means to remove
 * @param lost     chunks that it misses
 * @param duplicates has each chunk be on one volume
 */
record ServerParts(
        ServerIdentity identity,
        OneServer server,
        Volumes volumes,
        Replica replica,
        RemovalIntents intents,
        LostChunks lost,
        DuplicateCopies duplicates) {

    /** Opens everything, or nothing, and takes up what was open. */
    static ServerParts open(ChunkServerBuilder builder, Worlds worlds) throws IOException {
        List<CallWatch> watches = new ArrayList<>();
        List<Environment> environments = new ArrayList<>();
        List<DataDirectory.Builder> wanted = new ArrayList<>();
        for (Disk disk : builder.disks()) {
            environments.add(worlds.next());
            WatchedDisk watched = new WatchedDisk(disk, environments.get(0).clock());
            watches.add(watched.watch());
            wanted.add(directory(builder, watched, environments.get(0), wanted.isEmpty()));
        }
        List<DataDirectory> directories = DataDirectories.open(wanted, builder.givenUp());
        ServerIdentity identity = directories.get(0).identity();
        SelfMember self = new SelfMember(new Member(identity.serverId(), "in-process", identity.location()));
        KnownReplicas replicas = new KnownReplicas(identity.serverId(), builder.replicas());
        OneServer server = new OneServer(
                builder.config(),
                new SpaceLimit(builder.config().spaceLimitBytes()),
                self,
                replicas,
                new AttemptNumbers(identity.bootCount()),
                builder.keepsTombstones(),
                new AtomicBoolean(),
                builder.spaceListeners());
        List<OpenParts> open = open(directories, watches, environments, worlds, server);
        Volumes volumes = new Volumes(environments.get(0).random());
        // What a volume misses another one may have.
        LostChunks lost = new LostChunks(volumes::stat);
        RemovalIntents intents = new RemovalIntents();
        Replica replica = new OwnReplica(identity.serverId(), volumes, intents);
        ServerParts parts = new ServerParts(
                identity, server, volumes, replica, intents, lost, new DuplicateCopies(volumes, server.attempts()));
        open.forEach(opened -> volumes.add(parts.volume(opened)));
        for (Volume volume : volumes.all()) {
            for (CommitRecovery.Lost missed : volume.parts().recovery().lost()) {
                lost.add(missed.chunk(), missed.version());
            }
        }
        for (Volume volume : volumes.all()) {
            volume.parts()
                    .recovery()
                    .inDoubt()
                    .forEach(promise -> volumes.belongs(promise.prepared().chunk(), volume));
        }
        replicas.own(replica);
        volumes.all().forEach(Volume::begin);
        parts.duplicates().begin();
        return parts;
    }

    /** What the server has to hear of a volume, it hears from now on. */
    Volume volume(OpenParts opened) {
        Volume volume = Volume.of(
                opened, lost, server.config().scrub(), opened.participant().environment());
        volume.onChange(lost::changed);
        volume.onChange(duplicates::changed);
        volume.onFailure(failed -> server.diskFailed().set(true));
        return volume;
    }

    private static DataDirectory.Builder directory(
            ChunkServerBuilder builder, Disk disk, Environment environment, boolean first) {
        DataDirectory.Builder directory = DataDirectory.on(disk, environment.random());
        if (builder.serverId() != null) {
            directory.serverId(builder.serverId());
        }
        if (builder.location() != null) {
            directory.location(builder.location());
        }
        Path file = builder.serverInfoFile();
        if (first && file != null) {
            Path absolute = file.toAbsolutePath();
            Path folder = requireNonNull(absolute.getParent(), "the identity file cannot be a root directory");
            directory.identityFile(new LocalDisk(folder), absolute.getFileName());
        }
        return directory;
    }

    private static List<OpenParts> open(
            List<DataDirectory> directories,
            List<CallWatch> watches,
            List<Environment> environments,
            Worlds worlds,
            OneServer server)
            throws IOException {
        List<OpenParts> open = new ArrayList<>();
        int next = 0;
        try {
            while (next < directories.size()) {
                int volume = next;
                // From here on the directory is closed with its parts.
                next++;
                Environment world = environments.get(volume);
                open.add(OpenParts.open(
                        new OpenParts.Site(directories.get(volume), watches.get(volume), world, worlds.helper(world)),
                        server));
            }
            return open;
        } catch (IOException | RuntimeException e) {
            for (OpenParts parts : open) {
                parts.closeAfter(e);
            }
            for (DataDirectory directory : directories.subList(next, directories.size())) {
                directory.closeAfter(e);
            }
            throw e;
        }
    }
}
