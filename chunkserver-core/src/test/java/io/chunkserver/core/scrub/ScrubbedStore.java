package io.chunkserver.core.scrub;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.EmergencyRoom;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkFiles;
import io.chunkserver.core.store.Damage;
import io.chunkserver.core.store.FileChunkStore;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import io.chunkserver.core.store.StoreListener;
import io.chunkserver.core.store.StrayFile;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A store on a disk in memory that can be made to fail, a scrubber on it, and what they have told. */
final class ScrubbedStore {

    static final int LENGTH = 2 * BlockLayout.BLOCK_BYTES + 100;

    final MemoryDisk memory = new MemoryDisk();
    final Map<ChunkInfo, String> damaged = new LinkedHashMap<>();
    final List<StrayFile> strays = new ArrayList<>();
    Instant now = Instant.parse("2030-01-01T00:00:00Z");
    boolean unmounted;
    DiskScript script = DiskScript.GOOD;
    ScrubConfig config = new ScrubConfig(1 << 20, Duration.ofDays(1), Duration.ofDays(7));
    FileChunkStore store;
    Scrubber scrubber;
    private long transactions;

    ScrubbedStore() throws IOException {
        open();
    }

    private void open() throws IOException {
        Disk disk = unmountable(new FaultyDisk(memory, operation -> script.before(operation)));
        for (Path folder : List.of(DataDirectory.CHUNKS, DataDirectory.QUARANTINE, DataDirectory.INDEX)) {
            disk.createDirectories(folder);
        }
        disk.forceDirectory(Path.of(""));
        store = FileChunkStore.open(
                disk,
                DataDirectory.CHUNKS,
                DataDirectory.QUARANTINE,
                DataDirectory.INDEX,
                () -> now,
                new StoreListener() {
                    @Override
                    public void changed(ChunkId chunk) {
                        // Not looked at.
                    }

                    @Override
                    public void damaged(ChunkInfo version, Failure why) {
                        damaged.put(version, why.message());
                    }

                    @Override
                    public void unreadable(ChunkInfo version) {
                        scrubber.unreadable(version);
                    }
                },
                EmergencyRoom.NONE);
        scrubber = new Scrubber(store, strays::add, config, () -> now, disk, DataDirectory.INDEX);
    }

    /** The same disk, on which nothing is found while it is unmounted. */
    private Disk unmountable(Disk disk) {
        return (Disk) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (unmounted && method.getName().equals("stamp")) {
                        return Optional.empty();
                    }
                    if (unmounted && method.getName().equals("openForRead")) {
                        throw new NoSuchFileException(String.valueOf(arguments[0]));
                    }
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    void reopen() throws IOException {
        close();
        open();
    }

    /** Loses power, and starts again. */
    void crash() throws IOException {
        memory.crash();
        open();
    }

    void close() throws IOException {
        scrubber.close();
        store.close();
    }

    static ChunkId chunk(int index) {
        return new ChunkId("/data", index);
    }

    static byte[] bytes(ChunkId chunk, long version) {
        byte[] bytes = new byte[LENGTH];
        new Random(chunk.index() * 100L + version).nextBytes(bytes);
        return bytes;
    }

    ChunkInfo put(int index, long version) throws IOException {
        ChunkId chunk = chunk(index);
        transactions++;
        StageKey key = new StageKey(new TransactionId("client", 1000, transactions), new Attempt(1, transactions));
        byte[] bytes = bytes(chunk, version);
        try (StagedChunk staged = store.stage(
                new StageRequest(chunk, new ChunkVersion(version), key, 0, false, Attributes.NONE, Durability.SYNC))) {
            for (int at = 0; at < bytes.length; at += BlockLayout.BLOCK_BYTES) {
                staged.write(CheckedBlock.of(
                        ByteBuffer.wrap(bytes, at, Math.min(BlockLayout.BLOCK_BYTES, bytes.length - at))));
            }
            staged.finish(bytes.length, Crc32c.of(ByteBuffer.wrap(bytes)));
        }
        return store.publish(chunk, key).info();
    }

    void harm(int index, Damage damage, byte[] other, byte[] older) throws IOException {
        damage.to(Damage.Victim.of(memory, ChunkFiles.of(chunk(index)), LENGTH, other, older));
    }

    /** Steps until no cycle is under way; time passes as the scrubber wants it to. */
    void finishCycle() {
        scrubber.start();
        do {
            now = now.plus(scrubber.runOnce());
        } while (scrubber.status().running());
    }
}
