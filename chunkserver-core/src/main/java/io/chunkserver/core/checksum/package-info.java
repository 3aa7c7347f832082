/**
 * CRC-32C (Castagnoli; RFC 3720, section 12.1) per 64 KiB block, and the checksum of a whole chunk out of those
 * of its blocks.
 *
 * <p>May import: {@code model}, {@code error}, {@code stats}. Pure arithmetic: no I/O, no state shared between
 * threads.
 */
@NullMarked
package io.chunkserver.core.checksum;

import org.jspecify.annotations.NullMarked;
