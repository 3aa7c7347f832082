/**
 * The only code that touches the file system: {@link io.chunkserver.core.disk.Disk} is everything the server
 * asks of it, so that a simulated disk can stand in its place.
 *
 * <p>May import: {@code model}, {@code error}, {@code stats}. Nothing here knows what a chunk or a log is;
 * {@code DataDirectory} names the folders, the identity file and the lock.
 *
 * <p>Nothing is memory-mapped: a mapped page turns an I/O error into a dead process and cannot be simulated.
 */
@NullMarked
package io.chunkserver.core.disk;

import org.jspecify.annotations.NullMarked;
