package io.chunkserver.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.Executor;

/** A file of a {@link LocalDisk}: a channel used by position only, so that many threads may share it. */
final class LocalDiskFile implements DiskFile {

    private final FileChannel channel;
    private final WriteBack writeBack;

    /**
     * @param background runs what writes bytes early, or throws it away
     */
    LocalDiskFile(FileChannel channel, Executor background) {
        this.channel = channel;
        this.writeBack = new WriteBack(channel, background);
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return channel.read(target, position);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        try {
            return channel.write(source, position);
        } catch (IOException e) {
            throw FullDisk.translate(e);
        }
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
        writeBack.end();
        channel.force(true);
    }

    @Override
    public void beginWriteBack() {
        writeBack.begin();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
