package io.chunkserver.core.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes behind a file's names: what is on the disk, what was done since in order, and what that adds up to for
 * whoever reads now. Guarded by its disk.
 */
final class MemoryInode implements MemoryNode {

    /** A change of the bytes that was not forced yet. */
    sealed interface DataOperation {
        void applyTo(ByteImage image);
    }

    record Write(int position, ByteBuffer bytes) implements DataOperation {
        @Override
        public void applyTo(ByteImage image) {
            image.write(position, bytes);
        }
    }

    record Truncate(int size) implements DataOperation {
        @Override
        public void applyTo(ByteImage image) {
            image.truncate(size);
        }
    }

    private ByteImage durable = new ByteImage();
    private ByteImage current = new ByteImage();
    private final List<DataOperation> pending = new ArrayList<>();

    /** Names that point here, and open files: when both are gone, so are the bytes. */
    private int names;

    private int openFiles;

    ByteImage current() {
        return current;
    }

    void perform(DataOperation operation) {
        operation.applyTo(current);
        pending.add(operation);
    }

    void force() {
        pending.forEach(operation -> operation.applyTo(durable));
        pending.clear();
    }

    @Override
    public void crash() {
        current = new ByteImage(durable);
        pending.clear();
    }

    void addName() {
        names++;
    }

    void removeName() {
        names--;
    }

    void addOpenFile() {
        openFiles++;
    }

    void removeOpenFile() {
        openFiles--;
    }

    /** After a crash nothing is open, and the names are counted anew. */
    void forgetUsers() {
        names = 0;
        openFiles = 0;
    }

    boolean inUse() {
        return names > 0 || openFiles > 0;
    }
}
