/**
 * What a chunk server and a master say to each other: {@link io.chunkserver.core.membership.Master} is the port, the records are
 * its words.
 *
 * <p>May import: {@code space}, {@code model}, {@code error}. The transport implements the port over the wire, {@code master} is
 * the reference implementation.
 *
 * <p>Flow: a server registers, reports its chunks, then sends heartbeats; the reply to a heartbeat carries orders; what an order
 * changed is told by the next report.
 */
@NullMarked
package io.chunkserver.core.membership;

import org.jspecify.annotations.NullMarked;
