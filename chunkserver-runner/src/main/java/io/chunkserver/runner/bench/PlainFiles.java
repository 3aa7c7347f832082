package io.chunkserver.runner.bench;

import io.chunkserver.core.error.ChunkServerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a store comes down to at best: so many copies, written at the same time into new files of one directory, each forced, renamed,
 * and the directory forced. The files stay until the workload is closed.
 */
public final class PlainFiles implements Workload {

    private static final int WRITE_BYTES = 1 << 20;

    private final Path directory;
    private final int copies;
    private final long fileBytes;
    private final boolean forced;
    private final AtomicLong written = new AtomicLong();

    private PlainFiles(Path directory, int copies, long fileBytes, boolean forced) {
        this.directory = directory;
        this.copies = copies;
        this.fileBytes = fileBytes;
        this.forced = forced;
    }

    /**
     * Files in a new directory.
     *
     * @param parent of that directory; is made if need be
     * @param forced false leaves it to the operating system when they reach the disk
     */
    public static PlainFiles in(Path parent, int copies, long fileBytes, boolean forced) throws IOException {
        Path directory = Files.createTempDirectory(Files.createDirectories(parent), "plain-files-");
        return new PlainFiles(directory, copies, fileBytes, forced);
    }

    @Override
    public Worker worker(int index) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(WRITE_BYTES)
                .put(RepeatedBytes.noise(WRITE_BYTES))
                .flip();
        ExecutorService writers = Executors.newFixedThreadPool(copies);
        return new Worker() {
            @Override
            public long operate() throws IOException {
                List<Future<?>> writing = new ArrayList<>();
                for (int copy = 0; copy < copies; copy++) {
                    writing.add(writers.submit(() -> {
                        writeOne(bytes.duplicate());
                        return null;
                    }));
                }
                awaitAll(writing);
                return fileBytes;
            }

            @Override
            public void close() {
                writers.shutdown();
            }
        };
    }

    private void writeOne(ByteBuffer bytes) throws IOException {
        Path name = directory.resolve("file-" + written.incrementAndGet());
        Path unfinished = directory.resolve(name.getFileName() + ".new");
        try (FileChannel file = FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long left = fileBytes; left > 0; left -= bytes.limit()) {
                bytes.clear().limit((int) Math.min(left, WRITE_BYTES));
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
            }
            if (forced) {
                file.force(true);
            }
        }
        Files.move(unfinished, name, StandardCopyOption.ATOMIC_MOVE);
        if (forced) {
            try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
                parent.force(true);
            }
        }
    }

    /** Also those after one that failed, and when the thread is interrupted: nobody writes any more when this ends. */
    private static void awaitAll(List<Future<?>> writing) throws IOException {
        FirstFailure failure = new FirstFailure();
        writing.forEach(one -> failure.keep(() -> await(one)));
        failure.throwIfAny();
    }

    /** A thread that is interrupted stays so, but waits to the end. */
    private static void await(Future<?> one) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    one.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : ChunkServerException.from(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Removes the files, also those after one that cannot be removed. */
    @Override
    public void close() throws IOException {
        List<Path> files;
        try (var listed = Files.list(directory)) {
            files = listed.toList();
        }
        FirstFailure failure = new FirstFailure();
        files.forEach(file -> failure.keep(() -> Files.deleteIfExists(file)));
        failure.keep(() -> Files.deleteIfExists(directory));
        failure.throwIfAny();
    }
}
