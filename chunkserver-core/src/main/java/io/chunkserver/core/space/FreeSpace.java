package io.chunkserver.core.space;

import java.io.IOException;

/** Says how many bytes the file system would still take. */
@FunctionalInterface
public interface FreeSpace {

    long freeBytes() throws IOException;
}
