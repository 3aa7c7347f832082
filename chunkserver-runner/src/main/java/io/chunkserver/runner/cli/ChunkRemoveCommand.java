package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.file.ChunkWriters;
import io.chunkserver.transport.client.ChunkClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code chunk rm}: deletes chunks, each by the same commit as a store. */
@Command(
        name = "rm",
        description = {
            "Delete chunks one after the other, each on all servers that are named or on none.",
            "One that is not there stops nothing, any other failure stops at once: what follows is left as it is.",
            "A file is gone with its chunk PATH#0, so name that first; the others only take space then."
        })
final class ChunkRemoveCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "A chunk, written PATH#INDEX.")
    private List<ChunkId> ids = List.of();

    @Mixin
    private final StoreTargetOptions options = new StoreTargetOptions();

    ChunkRemoveCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        options.check();
        int exitCode = ExitCodes.OK;
        try (OpenClient open = clients.open()) {
            ChunkWriters servers = options.writers(open);
            for (ChunkId id : ids) {
                int code = delete(id, open.client(), servers);
                exitCode = exitCode == ExitCodes.OK ? code : exitCode;
            }
        }
        return exitCode;
    }

    private int delete(ChunkId id, ChunkClient client, ChunkWriters servers) throws IOException {
        Receipt receipt;
        try {
            receipt = servers.write(
                    id, 0, target -> client.delete(target.primary(), id, target.options(Attributes.NONE)));
        } catch (ChunkServerException e) {
            if (e.code() != ErrorCode.CHUNK_NOT_FOUND) {
                throw leftFrom(id, e);
            }
            return console.failure(e.failure());
        }
        console.answer(ReceiptAnswer.of("deleted", receipt));
        return ReceiptAnswer.exitCode(List.of(receipt));
    }

    /** The same failure, which says what was not tried. */
    private ChunkServerException leftFrom(ChunkId failed, ChunkServerException failure) {
        List<ChunkId> left = ids.subList(ids.indexOf(failed) + 1, ids.size());
        if (left.isEmpty()) {
            return failure;
        }
        Failure why = failure.failure();
        String from = left.size() == 1
                ? "chunk " + left.get(0) + " was"
                : "chunk " + left.get(0) + " and those after it were";
        return why.withMessage(why.message() + "; " + from + " not deleted").toException(failure);
    }
}
