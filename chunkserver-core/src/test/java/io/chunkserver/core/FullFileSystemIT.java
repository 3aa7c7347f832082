package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.commit.log.OutcomeRetention;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server on a small real file system that stores and another program fill to the last byte, together. A file system of its own needs
 * the right to mount one; without it the same runs on a simulated disk, and the output says which it was.
 */
@ExtendWith(ExpectedErrors.class)
class FullFileSystemIT {

    private static final int FILE_SYSTEM_MEBIBYTES = 64;
    private static final int THREADS = 6;
    private static final int LARGEST_CHUNK = 700_000;
    private static final int FEWEST_CHUNKS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path FILLER = Path.of("filler");

    /** Small, so that the log does not take most of the file system. */
    private static final ChunkServerConfig CONFIG = ChunkServerConfig.DEFAULT
            .withSpaceLimitBytes(1L << 40)
            .withLog(new TransactionLogConfig(
                    TransactionLogConfig.MIN_SEGMENT_BYTES,
                    TransactionLogConfig.DEFAULT.checkpointSegments(),
                    TransactionLogConfig.DEFAULT.maxQueuedBytes(),
                    TransactionLogConfig.DEFAULT.maxQueuedRecords(),
                    OutcomeRetention.DEFAULT));

    /** What a store may be told on a file system that fills up. */
    private static final Set<ErrorCode> REFUSALS = EnumSet.of(ErrorCode.INSUFFICIENT_SPACE, ErrorCode.READ_ONLY);

    @TempDir
    private Path mountPoint;

    private final Map<ChunkId, Integer> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger nextChunk = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private boolean mounted;
    private Disk disk;
    private ChunkServer server;

    @BeforeEach
    void start() throws Exception {
        mounted = run(
                "mount", "-t", "tmpfs", "-o", "size=" + FILE_SYSTEM_MEBIBYTES + "m", "tmpfs", mountPoint.toString());
        disk = mounted ? new LocalDisk(mountPoint) : new MemoryDisk((long) FILE_SYSTEM_MEBIBYTES << 20);
        System.out.println("FullFileSystemIT runs on "
                + (mounted ? "a tmpfs of its own" : "a simulated disk: nothing can be mounted here"));
        server = ChunkServer.builder(disk).config(CONFIG).start();
    }

    @AfterEach
    void unmount() throws Exception {
        server.close();
        threads.shutdownNow();
        if (mounted) {
            assertThat(run("umount", mountPoint.toString())).isTrue();
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    @Test
    void nothingIsLostAndRoomThatIsMadeIsUsedAgain() throws Exception {
        AtomicBoolean full = new AtomicBoolean();
        List<Callable<Integer>> work = new ArrayList<>();
        for (int thread = 1; thread < THREADS; thread++) {
            work.add(() -> storeUntil(full));
        }
        work.add(() -> fillUp(full));
        assertThat(inParallel(work)).as("refused stores").isPositive();
        fillToTheLastByte();
        assertThat(acknowledged).hasSizeGreaterThan(FEWEST_CHUNKS);
        assertAllThere();

        List<Callable<Integer>> deletes = new ArrayList<>();
        for (ChunkId chunk : List.copyOf(acknowledged.keySet()).subList(0, acknowledged.size() / 2)) {
            deletes.add(() -> {
                server.delete(chunk, List.of());
                acknowledged.remove(chunk);
                return 0;
            });
        }
        inParallel(deletes);
        assertAllThere();

        // The other program's file is still there: this is the room of the deleted chunks.
        int before = acknowledged.size();
        while (storeNext() == 0 && acknowledged.size() < before + 10) {
            assertWithinLimit();
        }
        assertThat(acknowledged.size()).isEqualTo(before + 10);
        assertAllThere();
        assertBooksEqualRecount();

        server.close();
        server = ChunkServer.builder(disk).config(CONFIG).start();
        assertAllThere();
        assertBooksEqualRecount();
    }

    private int inParallel(List<Callable<Integer>> work) throws Exception {
        int sum = 0;
        for (Future<Integer> done : threads.invokeAll(work, 5, TimeUnit.MINUTES)) {
            sum += done.get();
        }
        return sum;
    }

    private int storeUntil(AtomicBoolean full) throws IOException {
        int refused = 0;
        while (refused == 0 || !full.get()) {
            refused += storeNext();
            assertWithinLimit();
        }
        return refused;
    }

    private int storeNext() throws IOException {
        int seed = nextChunk.getAndIncrement();
        ChunkId chunk = new ChunkId("full", seed);
        byte[] content = content(seed);
        try {
            server.store(chunk, new ByteArrayInputStream(content), content.length);
            acknowledged.put(chunk, seed);
            return 0;
        } catch (ChunkServerException e) {
            assertThat(e.code()).as(e.getMessage()).isIn(REFUSALS);
            assertThat(e.failure().availableBytes()).isPresent();
            return 1;
        }
    }

    private static byte[] content(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] bytes = new byte[random.nextInt(LARGEST_CHUNK)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Another program begins when some chunks are there, and takes a bit after the other until nothing is left. */
    private int fillUp(AtomicBoolean full) throws IOException {
        await().atMost(PATIENCE).until(() -> acknowledged.size() > FEWEST_CHUNKS);
        try (DiskFile filler = disk.create(FILLER)) {
            while (true) {
                filler.writeFully(ByteBuffer.allocate(100_000), filler.size());
            }
        } catch (DiskFullException e) {
            full.set(true);
            return 0;
        }
    }

    private void fillToTheLastByte() throws IOException {
        try (DiskFile filler = disk.openForWrite(FILLER)) {
            while (true) {
                filler.writeFully(ByteBuffer.allocate(1), filler.size());
            }
        } catch (DiskFullException e) {
            assertThat(disk.freeBytes()).isZero();
        }
    }

    private void assertWithinLimit() {
        SpaceSnapshot space = server.status().space();
        assertThat(space.usedBytes() + space.reservedBytes()).isLessThanOrEqualTo(space.limitBytes());
    }

    private void assertAllThere() throws IOException {
        assertThat(server.list("", null, 100_000).stream().map(ChunkInfo::id))
                .containsExactlyInAnyOrderElementsOf(acknowledged.keySet());
        for (Map.Entry<ChunkId, Integer> entry : acknowledged.entrySet()) {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            server.read(entry.getKey(), read);
            assertThat(read.toByteArray()).isEqualTo(content(entry.getValue()));
        }
    }

    private void assertBooksEqualRecount() throws IOException {
        SpaceSnapshot space = server.status().space();
        assertThat(space.reservedBytes()).isZero();
        assertThat(space.usedBytes()).isEqualTo(recount(DataDirectory.CHUNKS));
    }

    private long recount(Path folder) throws IOException {
        long bytes = 0;
        for (Path name : disk.list(folder)) {
            Path path = folder.resolve(name);
            bytes += disk.size(path).isPresent() ? disk.size(path).getAsLong() : recount(path);
        }
        return bytes;
    }
}
