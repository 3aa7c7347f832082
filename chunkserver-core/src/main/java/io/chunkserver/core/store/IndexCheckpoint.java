package io.chunkserver.core.store;

import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.model.ChunkInfo;
import java.util.List;
import java.util.Map;

/**
 * What a store had published at some moment, and in which folders nobody had changed anything by then.
 *
 * @param versions in the order of their ids; those of folders without a stamp count for nothing
 * @param folders  of each folder that had been forced and held the files of its versions and nothing else, its stamp
 */
record IndexCheckpoint(List<Entry> versions, Map<Integer, FileStamp> folders) {

    /** The checkpoint of a store that has none: it vouches for nothing. */
    static final IndexCheckpoint NONE = new IndexCheckpoint(List.of(), Map.of());

    /**
     * A published version.
     *
     * @param folder number of the folder that its file is in, see {@link StoreLayout#folderNumber}
     */
    record Entry(int folder, ChunkInfo info) {

        Entry {
            StoreLayout.checkFolderNumber(folder);
        }
    }
}
