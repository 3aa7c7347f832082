package io.chunkserver.runner.cli;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.cli.Converters.SizeBytes;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.file.FileUpload;
import io.chunkserver.runner.file.StoredFile;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code put}: a local file becomes chunks. */
@Command(
        name = "put",
        description = {
            "Store a file as chunks PATH#0, PATH#1 and so on.",
            "Chunk 0 is stored last: a new file is there as a whole or not at all.",
            "One that is replaced cannot be read while that goes on; when it is cut off, put it again."
        })
final class PutCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "The file; - is standard input.")
    private LocalFile file = LocalFile.STANDARD_STREAM;

    @Parameters(index = "1", paramLabel = "PATH", description = "The name under which it is stored.")
    private String path = "";

    @Mixin
    private final StoreTargetOptions options = new StoreTargetOptions();

    @Option(
            names = "--chunk-size",
            paramLabel = "SIZE",
            defaultValue = "64MiB",
            description = "Length of every chunk but the last (default: ${DEFAULT-VALUE}).")
    private SizeBytes chunkSize = new SizeBytes(0);

    PutCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        options.check();
        checkArguments();
        StoredFile stored;
        try (OpenClient open = clients.open();
                Progress progress = console.progress(path, file.lengthBytes())) {
            FileUpload upload = new FileUpload(open.client(), options.writers(open), progress::at);
            stored = file.isStandardStream()
                    ? upload.store(console.in(), path, chunkSize.value())
                    : upload.store(file.path(), path, chunkSize.value());
        }
        console.answer(FileAnswer.stored(stored));
        return ReceiptAnswer.exitCode(stored.receipts());
    }

    private void checkArguments() {
        if (chunkSize.value() < 1) {
            throw new ParameterException(spec.commandLine(), "chunk size 0 cannot hold anything");
        }
        try {
            new ChunkId(path, 0);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
