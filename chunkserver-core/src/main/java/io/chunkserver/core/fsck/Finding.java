package io.chunkserver.core.fsck;

import java.nio.file.Path;

/**
 * Something that was found.
 *
 * @param file        below the data directory
 * @param offsetBytes where in the file; 0 when it is about all of it
 * @param message     what exactly
 * @param repaired    what was done about it, in words; empty when nothing was
 */
public record Finding(FindingKind kind, Path file, long offsetBytes, String message, String repaired) {}
