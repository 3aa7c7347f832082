/**
 * The transaction log: durable, replayed at start, group-committed; and the table of transactions that it adds up
 * to. Used by {@code commit} only.
 *
 * <p>May import: {@code disk}, {@code checksum}, {@code model}, {@code error}, {@code stats}.
 */
@NullMarked
package io.chunkserver.core.commit.log;

import org.jspecify.annotations.NullMarked;
