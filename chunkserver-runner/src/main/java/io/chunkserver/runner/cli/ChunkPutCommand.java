package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.file.ChunkUpload;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunk put}: one file becomes one chunk. */
@Command(name = "put", description = "Store a file as one chunk, on all servers or on none.")
final class ChunkPutCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Parameters(index = "0", paramLabel = "FILE", description = "The bytes; - is standard input.")
    private LocalFile file = LocalFile.STANDARD_STREAM;

    @Parameters(index = "1", paramLabel = "ID", description = "The chunk, written PATH#INDEX.")
    @SuppressWarnings("NullAway.Init") // picocli insists on a value
    private ChunkId id;

    @Mixin
    private final StoreTargetOptions options = new StoreTargetOptions();

    @Option(
            names = "--attribute",
            paramLabel = "KEY=VALUE",
            description = "Words that are kept with the chunk; repeat it for more.")
    private Map<String, String> attributes = Map.of();

    ChunkPutCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        options.check();
        Attributes kept = new Attributes(attributes);
        Receipt receipt;
        try (OpenClient open = clients.open();
                Progress progress = console.progress(id.toString(), file.lengthBytes())) {
            ChunkUpload upload = new ChunkUpload(open.client(), options.writers(open), progress::at);
            receipt = file.isStandardStream()
                    ? upload.store(console.in(), id, kept)
                    : upload.store(file.path(), id, kept);
        }
        console.answer(ReceiptAnswer.of("stored", receipt));
        return ReceiptAnswer.exitCode(List.of(receipt));
    }
}
