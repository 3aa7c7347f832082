/**
 * Servers as this process runs them: {@link io.chunkserver.runner.server.RunningServer} wires configuration, core and transport
 * together; {@link io.chunkserver.runner.server.ChildServer} is a server in a process of its own, for the demonstration.
 *
 * <p>May import: {@code config}, core's root and values, transport.
 */
@NullMarked
package io.chunkserver.runner.server;

import org.jspecify.annotations.NullMarked;
