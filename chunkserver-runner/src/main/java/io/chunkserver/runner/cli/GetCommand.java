package io.chunkserver.runner.cli;

import io.chunkserver.core.model.ReadMode;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.file.FileDownload;
import io.chunkserver.runner.file.FileManifest;
import io.chunkserver.runner.file.FileTarget;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code get}: chunks become the file again. */
@Command(
        name = "get",
        description = {
            "Read a file that was stored with put. It appears only when all of it is there and its SHA-256 fits.",
            "Standard output gets each chunk when it is verified, so the SHA-256 may fail after that."
        })
final class GetCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Parameters(index = "0", paramLabel = "PATH", description = "The name under which the file is stored.")
    private String path = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "Where the bytes go; - is standard output.")
    private LocalFile file = LocalFile.STANDARD_STREAM;

    @Mixin
    private final ReaderOptions options = new ReaderOptions();

    @Option(
            names = "--latest",
            description = {ReadModeOptions.LATEST, ReadModeOptions.WITHOUT_LATEST})
    private boolean latest;

    GetCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        FileManifest manifest;
        try (OpenClient open = clients.open();
                FileTarget target = file.target(console)) {
            FileDownload download = new FileDownload(
                    open.client(), options.readers(open), latest ? ReadMode.LATEST : ReadMode.COMMITTED);
            manifest = download.manifest(path);
            try (Progress progress = console.progress(path, manifest.lengthBytes())) {
                download.fetch(path, manifest, target, progress::at);
            }
        }
        file.answer(console, FileAnswer.read(path, manifest));
        return ExitCodes.OK;
    }
}
