package io.chunkserver.transport.client;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.transport.ServerAddress;
import java.util.List;

/** Where masters are at present. Thread-safe. */
public interface MasterAddresses {

    /**
     * The masters, the one to ask first in front; at least one. May wait for a few seconds.
     *
     * @throws ChunkServerException with {@code UNREACHABLE} when none is known
     */
    List<ServerAddress> current() throws ChunkServerException;
}
