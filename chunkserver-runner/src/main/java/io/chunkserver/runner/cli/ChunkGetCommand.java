package io.chunkserver.runner.cli;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.cli.Converters.SizeBytes;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.file.FileTarget;
import io.chunkserver.transport.client.ReadOptions;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code chunk get}: a chunk, or a range of it, becomes a local file. */
@Command(
        name = "get",
        description = "Read a chunk or a part of it. The file appears only when all bytes are there and verified.")
final class ChunkGetCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Parameters(index = "0", paramLabel = "ID", description = "The chunk, written PATH#INDEX.")
    @SuppressWarnings("NullAway.Init") // picocli insists on a value
    private ChunkId id;

    @Parameters(index = "1", paramLabel = "FILE", description = "Where the bytes go; - is standard output.")
    private LocalFile file = LocalFile.STANDARD_STREAM;

    @Mixin
    private final ReaderOptions options = new ReaderOptions();

    @Mixin
    private final ReadModeOptions version = new ReadModeOptions();

    @Option(names = "--offset", paramLabel = "SIZE", description = "The first byte; default: 0.")
    private SizeBytes offset = new SizeBytes(0);

    @Option(names = "--length", paramLabel = "SIZE", description = "How many bytes; default: all up to the end.")
    private @Nullable SizeBytes length;

    ChunkGetCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        OptionalLong wanted = length == null ? OptionalLong.empty() : OptionalLong.of(length.value());
        ReadOptions range = new ReadOptions(offset.value(), wanted, version.mode());
        ChunkInfo info;
        try (OpenClient open = clients.open();
                FileTarget target = file.target(console)) {
            info = options.readers(open).read(id, server -> open.client().read(server, id, range, target.beginChunk()));
            target.keepChunk();
            target.finish();
        }
        long read = wanted.orElse(info.lengthBytes() - offset.value());
        file.answer(
                console,
                new Answer(
                        "read " + read + " bytes at offset " + offset.value() + " of " + id + " version "
                                + info.version(),
                        ChunkAnswer.json(info)
                                .with("offsetBytes", offset.value())
                                .with("readBytes", read)));
        return ExitCodes.OK;
    }
}
