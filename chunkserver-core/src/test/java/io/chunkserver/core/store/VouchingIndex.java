package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.FileStamp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An index checkpoint that vouches for folders which were changed behind its back, as after a file system that has lost a file. */
public final class VouchingIndex {

    private VouchingIndex() {}

    /** Gives the checkpoint in a folder the stamps that the folders of its versions have now, and leaves its versions as they are. */
    public static void make(Disk disk, Path index, Path chunks) throws IOException {
        StoreLayout layout = new StoreLayout(chunks, index);
        IndexCheckpointFile file = new IndexCheckpointFile(disk, index);
        IndexCheckpoint checkpoint = file.read();
        Map<Integer, FileStamp> stamps = new TreeMap<>();
        for (IndexCheckpoint.Entry entry : checkpoint.versions()) {
            Optional<FileStamp> stamp = disk.stamp(layout.folder(entry.folder()));
            stamps.put(entry.folder(), stamp.orElseThrow());
        }
        try (IndexCheckpointFile.Writer writer = file.write()) {
            for (IndexCheckpoint.Entry entry : checkpoint.versions()) {
                writer.add(entry);
            }
            writer.complete(stamps);
        }
    }
}
