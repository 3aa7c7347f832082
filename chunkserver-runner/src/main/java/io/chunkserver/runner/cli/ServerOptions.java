package io.chunkserver.runner.cli;

import io.chunkserver.transport.ServerAddress;
import java.util.List;
import picocli.CommandLine.Option;

/** The servers that a verb asks. */
final class ServerOptions {

    @Option(
            names = "--server",
            required = true,
            paramLabel = "HOST:PORT",
            description = {
                "A running chunk server, where it listens: its status and its port file tell.",
                "Repeat it to name others that are asked when one fails."
            })
    private List<ServerAddress> servers = List.of();

    List<ServerAddress> servers() {
        return servers;
    }
}
