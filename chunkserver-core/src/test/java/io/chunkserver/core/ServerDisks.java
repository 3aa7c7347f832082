package io.chunkserver.core;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.testkit.ChosenCrash;
import io.chunkserver.core.testkit.CrashChoices;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;

/** The disks of one simulated server, and what goes wrong with each of them. */
final class ServerDisks {

    private record One(MemoryDisk memory, DiskTrouble trouble) {

        private FaultyDisk faulty() {
            return new FaultyDisk(memory, trouble);
        }
    }

    private final List<One> all;

    ServerDisks(int count) {
        this(Stream.generate(MemoryDisk::new).limit(count).toList());
    }

    private ServerDisks(List<MemoryDisk> memories) {
        all = new ArrayList<>(memories.stream()
                .map(memory -> new One(memory, new DiskTrouble()))
                .toList());
    }

    /** Puts another one in, which every server that is opened from now on has. */
    Disk another() {
        One added = new One(new MemoryDisk(), new DiskTrouble());
        all.add(added);
        return added.faulty();
    }

    /** Disks that hold what these hold now; nothing is open while they are taken. */
    ServerDisks copies() {
        return new ServerDisks(memories().stream()
                .map(disk -> disk.copyAfterCrash(CrashMode.POSIX, CrashChoices.EVERYTHING))
                .toList());
    }

    /** The same with an empty one in place of this one. */
    ServerDisks without(int lost) {
        List<MemoryDisk> memories = new ArrayList<>(memories());
        memories.set(lost, new MemoryDisk());
        return new ServerDisks(memories);
    }

    /** The id of the data directory on one of them. */
    UUID directory(int index) throws IOException {
        MemoryDisk disk = memories().get(index);
        ByteBuffer bytes =
                ByteBuffer.allocate((int) disk.size(DataDirectory.IDENTITY_FILE).orElseThrow());
        try (DiskFile file = disk.openForRead(DataDirectory.IDENTITY_FILE)) {
            file.readFully(bytes, 0);
        }
        String text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        return UUID.fromString(text.replaceAll("(?s).*\"uuid\": \"([^\"]*)\".*", "$1"));
    }

    int count() {
        return all.size();
    }

    List<MemoryDisk> memories() {
        return all.stream().map(One::memory).toList();
    }

    /** A server on these disks, named in whatever order. */
    ChunkServerBuilder server(SplittableRandom random) {
        int first = random.nextInt(all.size());
        ChunkServerBuilder builder = ChunkServer.builder(all.get(first).faulty());
        for (int next = 1; next < all.size(); next++) {
            builder.disk(all.get((first + next) % all.size()).faulty());
        }
        return builder;
    }

    /** What is to go wrong with one of them. */
    DiskTrouble anyTrouble(SplittableRandom random) {
        return all.get(random.nextInt(all.size())).trouble();
    }

    MemoryDisk any(SplittableRandom random) {
        return all.get(random.nextInt(all.size())).memory();
    }

    int happened() {
        return all.stream().mapToInt(disk -> disk.trouble().happened()).sum();
    }

    int happened(DiskTrouble.Kind kind) {
        return all.stream().mapToInt(disk -> disk.trouble().happened(kind)).sum();
    }

    int openFiles() {
        return all.stream().mapToInt(disk -> disk.memory().openFiles()).sum();
    }

    /** The process has died, and the machine goes on. */
    void endProcess() {
        memories().forEach(MemoryDisk::endProcess);
    }

    /** Takes the power away, which leaves of what was not forced whatever chance says. */
    void crash(CrashMode mode, SplittableRandom random) {
        memories().forEach(disk -> disk.crash(mode, ChosenCrash.random(random)));
    }

    /**
     * What an operator has to do when the force of a folder has failed: else the server that starts finds names there that it cannot tell
     * from durable ones, has the log forget them, and a later power loss takes them.
     */
    void mountAnew(CrashMode mode, SplittableRandom random) {
        for (One disk : all) {
            if (disk.trouble().folderFailed()) {
                disk.trouble().mountedAnew();
                disk.memory().crash(mode, ChosenCrash.random(random));
            }
        }
    }

    /** Nothing goes wrong any more, and there is room. */
    void heal() {
        for (One disk : all) {
            disk.trouble().end();
            disk.memory().othersUse(0);
        }
    }
}
