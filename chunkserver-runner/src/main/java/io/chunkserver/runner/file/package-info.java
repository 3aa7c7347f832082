/**
 * Whole files as chunks: a file at {@code PATH} is cut into chunks {@code PATH#0}, {@code PATH#1} and so on.
 *
 * <p>May import: transport's client, core's values.
 *
 * <p>Chunk 0 carries the file's length, chunk size and SHA-256 as attributes and is stored last: it is the file's commit point.
 * A reader goes by chunk 0, so a new file is either all there or not there.
 *
 * <p>What this layer cannot promise: chunks are replaced one by one, so while an existing file is being replaced, and after
 * a replacement that was cut off, its old chunk 0 meets new chunks. A reader then sees that the SHA-256 does not fit and
 * fails with a conflict; it never hands over a mixture as a whole file.
 */
@NullMarked
package io.chunkserver.runner.file;

import org.jspecify.annotations.NullMarked;
