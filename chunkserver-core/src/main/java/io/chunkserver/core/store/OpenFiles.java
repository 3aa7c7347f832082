package io.chunkserver.core.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Published files that stay open when their last reader has gone, so that reading a chunk again costs neither opening its file
 * nor reading its footer and checksums. Beyond the bound the one that was used longest ago is closed.
 *
 * <p>Who replaces or removes a file says so with {@link #forget}, or its room on the disk would not become free.
 *
 * <p>Safe for many threads. No file is closed under the lock.
 */
final class OpenFiles {

    private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

    private final int maxFiles;

    @GuardedBy("this")
    private final Map<ChunkId, PublishedFile> files = new LinkedHashMap<>();

    OpenFiles(int maxFiles) {
        this.maxFiles = maxFiles;
    }

    /** A reader of this version, if its file is open and can be read. */
    synchronized @Nullable ChunkReader find(ChunkInfo version) {
        PublishedFile file = files.get(version.id());
        if (file == null || file.isBroken() || !file.info().equals(version)) {
            return null;
        }
        // The map keeps its entries in the order of their last use.
        files.remove(version.id());
        files.put(version.id(), file);
        return file.share();
    }

    /** Takes over a file that was just opened, and gives the reader for which it was. */
    ChunkReader keep(PublishedFile opened) {
        ChunkReader reader = opened.share();
        PublishedFile former;
        PublishedFile surplus = null;
        synchronized (this) {
            former = files.remove(opened.info().id());
            files.put(opened.info().id(), opened);
            if (files.size() > maxFiles) {
                Iterator<PublishedFile> oldestFirst = files.values().iterator();
                surplus = oldestFirst.next();
                oldestFirst.remove();
            }
        }
        release(former);
        release(surplus);
        return reader;
    }

    /** The chunk's file, whichever version it holds, is closed as soon as nobody reads it any more. */
    void forget(ChunkId chunk) {
        PublishedFile former;
        synchronized (this) {
            former = files.remove(chunk);
        }
        release(former);
    }

    private static void release(@Nullable PublishedFile file) {
        if (file == null) {
            return;
        }
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("file of chunk {} could not be closed", file.info().id(), e);
        }
    }
}
