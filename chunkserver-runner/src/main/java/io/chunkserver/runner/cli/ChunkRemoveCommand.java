package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code chunk rm}: deletes a chunk, by the same commit as a store. */
@Command(name = "rm", description = "Delete a chunk, on all servers that are named or on none.")
final class ChunkRemoveCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Parameters(paramLabel = "ID", description = "The chunk, written PATH#INDEX.")
    @SuppressWarnings("NullAway.Init") // picocli insists on a value
    private ChunkId id;

    @Mixin
    private final StoreTargetOptions options = new StoreTargetOptions();

    ChunkRemoveCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        options.check();
        Receipt receipt;
        try (OpenClient open = clients.open()) {
            receipt = options.writers(open)
                    .write(
                            id,
                            0,
                            target -> open.client().delete(target.primary(), id, target.options(Attributes.NONE)));
        }
        console.answer(ReceiptAnswer.of("deleted", receipt));
        return ReceiptAnswer.exitCode(List.of(receipt));
    }
}
