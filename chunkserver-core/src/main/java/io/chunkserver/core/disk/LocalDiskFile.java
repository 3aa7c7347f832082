package io.chunkserver.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A file of a {@link LocalDisk}: a channel used by position only, so that many threads may share it. */
final class LocalDiskFile implements DiskFile {

    private final Path path;
    private final FileChannel channel;
    private final WriteBack writeBack;
    private final DirectAccess access;

    /** Opened by the first write that goes past the page cache. */
    private final AtomicReference<@Nullable FileChannel> direct = new AtomicReference<>();

    /**
     * @param background runs what writes bytes early, or throws it away
     */
    LocalDiskFile(Path path, FileChannel channel, Executor background, DirectAccess access) {
        this.path = path;
        this.channel = channel;
        this.writeBack = new WriteBack(channel, background);
        this.access = access;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        try {
            return channel.read(target, position);
        } catch (IOException e) {
            throw SystemErrors.translate(e);
        }
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        try {
            return channel.write(source, position);
        } catch (IOException e) {
            throw SystemErrors.translate(e);
        }
    }

    /** What a write leaves undone goes through the page cache, which reads first what it does not have of a page. */
    @Override
    public boolean writeDirectly(ByteBuffer source, long position) throws IOException {
        FileChannel past = direct();
        if (past == null) {
            return false;
        }
        int count;
        try {
            count = past.write(source, position);
        } catch (IOException e) {
            if (DirectAccess.isRefusal(e)) {
                access.giveUp(path, e);
                return false;
            }
            throw SystemErrors.translate(e);
        }
        writeFully(source, position + count);
        return true;
    }

    private @Nullable FileChannel direct() throws IOException {
        FileChannel opened = direct.get();
        if (opened != null) {
            return opened;
        }
        Optional<FileChannel> fresh = access.open(path);
        if (fresh.isPresent() && !direct.compareAndSet(null, fresh.get())) {
            fresh.get().close();
        }
        return direct.get();
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
        channel.truncate(sizeBytes);
    }

    /**
     * A full disk is not told apart here: a force that fails for any reason leaves the file in a state that nobody
     * knows.
     */
    @Override
    public void force() throws IOException {
        writeBack.suspend();
        try {
            channel.force(true);
        } finally {
            writeBack.resume();
        }
    }

    @Override
    public void beginWriteBack() {
        writeBack.begin();
    }

    @Override
    public void close() throws IOException {
        try (FileChannel past = direct.get()) {
            channel.close();
        }
    }
}
