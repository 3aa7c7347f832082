package io.chunkserver.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** A file that counts its forces and can fail one; it has no bytes. */
final class ForcedChannel extends FileChannel {

    private int forces;
    private @Nullable IOException failure;
    private Runnable during = () -> {};

    int forces() {
        return forces;
    }

    void failNext(IOException with) {
        failure = with;
    }

    void onNextForce(Runnable action) {
        during = action;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        forces++;
        Runnable action = during;
        during = () -> {};
        action.run();
        IOException thrown = failure;
        failure = null;
        if (thrown != null) {
            throw thrown;
        }
    }

    @Override
    public int read(ByteBuffer target) {
        throw unexpected();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw unexpected();
    }

    @Override
    public int write(ByteBuffer source) {
        throw unexpected();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw unexpected();
    }

    @Override
    public long position() {
        throw unexpected();
    }

    @Override
    public FileChannel position(long newPosition) {
        throw unexpected();
    }

    @Override
    public long size() {
        throw unexpected();
    }

    @Override
    public FileChannel truncate(long size) {
        throw unexpected();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw unexpected();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw unexpected();
    }

    @Override
    public int read(ByteBuffer target, long position) {
        throw unexpected();
    }

    @Override
    public int write(ByteBuffer source, long position) {
        throw unexpected();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw unexpected();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw unexpected();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw unexpected();
    }

    @Override
    protected void implCloseChannel() {}

    private static UnsupportedOperationException unexpected() {
        return new UnsupportedOperationException("only forced");
    }
}
