package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chunks that are not forced: they are whole whichever ways their pieces were written. */
class UnforcedChunksTest {

    private static final int BLOCK = BlockLayout.BLOCK_BYTES;
    private static final int GATHERED = GatheredWrites.GATHERED_BYTES;
    private static final Set<String> OBSERVED = Set.of("writeFully", "writeDirectly", "force", "beginWriteBack");

    @TempDir
    private Path directory;

    /** What was called of new files. */
    private final List<String> calls = new ArrayList<>();

    private interface Target {
        Object call(String method, Object result);
    }

    private static <T> T observed(Class<T> type, T real, Target target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return target.call(method.getName(), method.invoke(real, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private FileChunkStore open(Disk real) throws IOException {
        Disk disk = observed(Disk.class, real, (method, result) -> method.equals("create") ? file(result) : result);
        return StoreOnMemoryDisk.open(disk);
    }

    private DiskFile file(Object real) {
        return observed(DiskFile.class, (DiskFile) real, (method, result) -> {
            if (OBSERVED.contains(method)) {
                calls.add(method);
            }
            return result;
        });
    }

    private static ChunkId chunk(int length) {
        return new ChunkId("/data", length);
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    private static void put(FileChunkStore store, int length, Durability durability) throws IOException {
        StageKey key = new StageKey(new TransactionId("client", 1000, length), new Attempt(1, 1));
        byte[] content = content(length);
        try (StagedChunk staged = store.stage(
                new StageRequest(chunk(length), new ChunkVersion(1), key, 0, false, Attributes.NONE, durability))) {
            for (int from = 0; from < length; from += BLOCK) {
                staged.write(CheckedBlock.of(ByteBuffer.wrap(content, from, Math.min(BLOCK, length - from))));
            }
            staged.finish(length, Crc32c.of(ByteBuffer.wrap(content)));
        }
        store.publish(chunk(length), key);
    }

    private static void assertWhole(FileChunkStore store, int length) throws IOException {
        assertThat(store.verify(chunk(length)).lengthBytes()).isEqualTo(length);
        ByteBuffer read = ByteBuffer.allocate(length);
        try (ChunkReader reader = store.open(chunk(length))) {
            for (int block = 0; block * BLOCK < length; block++) {
                reader.read(block, read.slice(block * BLOCK, Math.min(BLOCK, length - block * BLOCK)));
            }
        }
        assertThat(read.array()).isEqualTo(content(length));
    }

    /** On a real disk, also to a store that is opened anew and looks at their footers. */
    @Test
    void chunksAreWholeWhateverTheirLength() throws IOException {
        List<Integer> lengths = new ArrayList<>();
        for (int around : List.of(BLOCK, GATHERED, 2 * GATHERED, 5 * GATHERED)) {
            lengths.addAll(List.of(around - 1, around, around + 1));
        }
        try (FileChunkStore store = open(new LocalDisk(directory))) {
            for (int length : lengths) {
                put(store, length, Durability.OS);
                assertWhole(store, length);
            }
        }
        assertThat(calls).contains("writeFully", "writeDirectly");
        try (FileChunkStore store = openAnew()) {
            for (int length : lengths) {
                assertWhole(store, length);
            }
        }
    }

    private FileChunkStore openAnew() throws IOException {
        new LocalDisk(directory).delete(DataDirectory.INDEX.resolve("checkpoint"));
        return open(new LocalDisk(directory));
    }

    /** In memory, where every write can be made and the clock stands still: two ways that take as long. */
    private List<String> calls(Durability durability, int length) throws IOException {
        try (FileChunkStore store = open(new MemoryDisk())) {
            calls.clear();
            put(store, length, durability);
            return List.copyOf(calls);
        }
    }

    /** Whoever asks for no force waits for none, and the disk chooses when it takes the bytes. */
    @Test
    void nothingIsForcedAndNoWriteBackIsBegun() throws IOException {
        assertThat(calls(Durability.OS, 16 * GATHERED + BLOCK))
                .hasSize(16 + 2)
                .containsOnly("writeFully", "writeDirectly");
    }

    @Test
    void onlyWhatIsForcedGoesPastTheCacheAlways() throws IOException {
        assertThat(calls(Durability.SYNC, 4 * GATHERED + BLOCK))
                .containsExactly(
                        "writeDirectly",
                        "writeDirectly",
                        "writeDirectly",
                        "writeDirectly",
                        "writeFully",
                        "writeFully",
                        "force");
        assertThat(calls(Durability.OS, 4 * GATHERED + BLOCK))
                .containsExactly(
                        "writeFully", "writeDirectly", "writeDirectly", "writeDirectly", "writeFully", "writeFully");
    }
}
