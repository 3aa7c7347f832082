package io.chunkserver.runner.cli;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Member;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code chunk verify}: have every copy of a chunk read and compared with its checksums, where it is. */
@Command(
        name = "verify",
        description = {
            "Have each server that is named read a chunk whole and compare it with every checksum.",
            "With --master: each server that has the chunk.",
            "A copy that is damaged is taken out of service, and a master has it made anew; exit code 7."
        })
final class ChunkVerifyCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Parameters(paramLabel = "ID", description = "The chunk, written PATH#INDEX.")
    @SuppressWarnings("NullAway.Init") // picocli insists on a value
    private ChunkId id;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    ChunkVerifyCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            return new EveryServer(console).ask(copies(open), server -> {
                ChunkInfo info = open.client().verify(server, id);
                console.answer(sound(server, info));
                return ExitCodes.OK;
            });
        }
    }

    private List<ServerAddress> copies(OpenClient open) throws IOException {
        return options.masters().isEmpty()
                ? options.servers(open)
                : open.master(options.masters()).locate(id).members().stream()
                        .map(Member::address)
                        .map(ServerAddress::parse)
                        .toList();
    }

    private static Answer sound(ServerAddress server, ChunkInfo info) {
        Answer chunk = ChunkAnswer.line(info);
        return new Answer(
                chunk.text() + "  sound at " + server,
                ChunkAnswer.json(info).with("server", server.toString()).with("sound", true));
    }
}
