package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.file.ChunkReaders;
import io.chunkserver.runner.file.Failover;
import io.chunkserver.runner.file.PlacedServers;
import java.time.Duration;
import picocli.CommandLine.Mixin;

/** The servers that a verb reads a chunk from. */
final class ReaderOptions {

    @Mixin
    private ServerOptions servers = new ServerOptions();

    @Mixin
    private NearOption near = new NearOption();

    /** Who is asked for chunks: the servers that were named, in this order, or those that a master names. */
    ChunkReaders readers(OpenClient open) throws ChunkServerException {
        MasterChoice masters = servers.masters();
        near.check(masters);
        return masters.isEmpty()
                ? new Failover(servers.named())
                : new PlacedServers(open.master(masters), 0, near.location(), null, Duration.ZERO);
    }
}
