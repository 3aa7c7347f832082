package io.chunkserver.runner.cli;

import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.file.Failover;
import io.chunkserver.transport.client.MasterClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code chunk ls}: the chunks of a server or a cluster, page by page, so that no number of chunks is too many. */
@Command(
        name = "ls",
        description = "List the chunks of a server, or of a master's cluster, one per line, in the order of their ids.")
final class ChunkListCommand implements Callable<Integer> {

    private static final int PAGE_CHUNKS = 500;

    private final Console console;
    private final Clients clients;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Option(names = "--prefix", paramLabel = "TEXT", description = "Only chunks whose path starts with this.")
    private String prefix = "";

    ChunkListCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            if (options.masters().isEmpty()) {
                listServer(open, new Failover(options.servers(open)));
            } else {
                listCluster(open.master(options.masters()));
            }
        }
        return ExitCodes.OK;
    }

    private void listServer(OpenClient open, Failover servers) throws IOException {
        @Nullable ChunkId after = null;
        while (true) {
            @Nullable ChunkId start = after;
            List<ChunkInfo> page = servers.first(server -> open.client().list(server, prefix, start, PAGE_CHUNKS));
            if (page.isEmpty()) {
                return;
            }
            page.forEach(info -> console.answer(ChunkAnswer.line(info)));
            after = page.get(page.size() - 1).id();
        }
    }

    private void listCluster(MasterClient master) throws IOException {
        @Nullable ChunkId after = null;
        while (true) {
            List<ListedChunk> page = master.list(prefix, after, PAGE_CHUNKS);
            if (page.isEmpty()) {
                return;
            }
            page.forEach(chunk -> console.answer(ChunkAnswer.line(chunk)));
            after = page.get(page.size() - 1).info().id();
        }
    }
}
