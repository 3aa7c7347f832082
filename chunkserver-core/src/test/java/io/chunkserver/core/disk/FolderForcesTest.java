package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which forces of a folder happen, and who hears of one that failed. */
@Timeout(60)
class FolderForcesTest {

    private static final Path FOLDER = Path.of("folder");
    private static final Path OTHER = Path.of("other");

    /** Each force that the disk was asked for, which ends when it is told how. */
    private final BlockingQueue<CompletableFuture<DiskFault>> asked = new LinkedBlockingQueue<>();

    private final MemoryDisk memory = new MemoryDisk();
    private final FolderForces forces = new FolderForces(new FaultyDisk(memory, this::fault), "the folders");

    FolderForcesTest() throws IOException {
        memory.createDirectories(FOLDER);
        memory.createDirectories(OTHER);
    }

    private DiskFault fault(DiskOperation operation) {
        CompletableFuture<DiskFault> end = new CompletableFuture<>();
        asked.add(end);
        return end.join();
    }

    /** Forces on a thread of its own; done with how that failed, null when it did not. */
    private Future<@Nullable Throwable> force(Path folder) {
        CompletableFuture<@Nullable Throwable> done = new CompletableFuture<>();
        Thread caller = new Thread(() -> done.complete(catchThrowable(() -> forces.force(folder))), "caller");
        caller.setDaemon(true);
        caller.start();
        awaitWaiting(caller);
        return done;
    }

    /** Until it waits for the disk or for another force: it waits for nothing else. */
    private static void awaitWaiting(Thread caller) {
        while (caller.getState() != Thread.State.WAITING && caller.isAlive()) {
            Thread.onSpinWait();
        }
    }

    private static void assertFailed(@Nullable Throwable thrown) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FAILED));
    }

    /** The disk tells of what it could not write once, and then it is well. */
    @Test
    void oneThatCameBesideAForceThatFailsDoesNotSucceed() throws Exception {
        Future<@Nullable Throwable> first = force(FOLDER);
        Future<@Nullable Throwable> beside = force(FOLDER);
        asked.take().complete(DiskFault.IO_ERROR);

        assertThat(first.get()).isInstanceOf(IOException.class);
        assertFailed(beside.get());
        assertThat(asked).isEmpty();
        assertThat(forces.haveFailed()).isTrue();
        assertFailed(force(OTHER).get());
    }

    @Test
    void allWhoComeMeanwhileShareTheNextForce() throws Exception {
        List<Future<@Nullable Throwable>> all = new ArrayList<>();
        for (int caller = 0; caller < 5; caller++) {
            all.add(force(FOLDER));
        }
        asked.take().complete(DiskFault.NONE);
        assertThat(all.get(0).get()).isNull();
        CompletableFuture<DiskFault> second = asked.take();
        assertThat(all.subList(1, 5)).noneMatch(Future::isDone);
        second.complete(DiskFault.NONE);
        for (Future<@Nullable Throwable> one : all) {
            assertThat(one.get()).isNull();
        }
        assertThat(asked).isEmpty();
    }

    /** Whatever a caller meets, between any two steps of another: each of them ends, and none finds a turn missing. */
    @Test
    void manyCallersOfOneFolderAllEnd() throws Exception {
        FolderForces contended = new FolderForces(memory, "the folders");
        List<Future<@Nullable Throwable>> all = new ArrayList<>();
        for (int caller = 0; caller < 4; caller++) {
            CompletableFuture<@Nullable Throwable> done = new CompletableFuture<>();
            all.add(done);
            Thread thread = new Thread(
                    () -> done.complete(catchThrowable(() -> {
                        for (int round = 0; round < 20_000; round++) {
                            contended.force(FOLDER);
                        }
                    })),
                    "caller");
            thread.setDaemon(true);
            thread.start();
        }
        for (Future<@Nullable Throwable> one : all) {
            assertThat(one.get()).isNull();
        }
    }

    @Test
    void foldersDoNotWaitForEachOther() throws Exception {
        Future<@Nullable Throwable> slow = force(FOLDER);
        CompletableFuture<DiskFault> slowForce = asked.take();
        Future<@Nullable Throwable> other = force(OTHER);
        asked.take().complete(DiskFault.NONE);
        assertThat(other.get()).isNull();
        assertThat(slow.isDone()).isFalse();
        slowForce.complete(DiskFault.NONE);
        assertThat(slow.get()).isNull();
    }

    /** Nothing was tried then. */
    @Test
    void wantOfAFileHandleIsToldToAllWhoShareTheForceAndIsNoFailure() throws Exception {
        Future<@Nullable Throwable> first = force(FOLDER);
        List<Future<@Nullable Throwable>> next = List.of(force(FOLDER), force(FOLDER));
        asked.take().complete(DiskFault.NONE);
        asked.take().complete(DiskFault.NO_HANDLES);
        assertThat(first.get()).isNull();
        for (Future<@Nullable Throwable> one : next) {
            assertThat(one.get()).isInstanceOf(ChunkServerException.Overloaded.class);
        }
        assertThat(forces.haveFailed()).isFalse();
        Future<@Nullable Throwable> later = force(FOLDER);
        asked.take().complete(DiskFault.NONE);
        assertThat(later.get()).isNull();
    }
}
