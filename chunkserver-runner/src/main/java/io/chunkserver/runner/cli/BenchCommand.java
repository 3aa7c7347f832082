package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.runner.bench.BareSockets;
import io.chunkserver.runner.bench.Baselines;
import io.chunkserver.runner.bench.Comparison;
import io.chunkserver.runner.bench.LoadGenerator;
import io.chunkserver.runner.bench.PlainFiles;
import io.chunkserver.runner.bench.ReadWorkload;
import io.chunkserver.runner.bench.StoreWorkload;
import io.chunkserver.runner.bench.Workload;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.cli.Converters.SizeBytes;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.file.StoreTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: load against running servers. */
@Command(
        name = "bench",
        description = {
            "Put load on running servers and say how much they take.",
            "What is stored stays, under bench/: some file systems create files slowly for a long time after many deletes."
        })
final class BenchCommand implements Callable<Integer> {

    private static final int MAX_THREADS = 1024;

    /** Enough that random reads do not meet one file alone, few enough to be stored in a moment. */
    private static final int CHUNKS_TO_READ = 4;

    /** With a master, all chunks go to the servers that it names for this one, so that runs can be compared. */
    private static final ChunkId PLACED = new ChunkId("bench/placed", 0);

    private final Console console;
    private final Clients clients;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final StoreTargetOptions options = new StoreTargetOptions();

    @Option(
            names = "--op",
            paramLabel = "put|get|pread",
            defaultValue = "put",
            description = {
                "What is done over and over (default: ${DEFAULT-VALUE}):",
                "put stores a new chunk, get reads a chunk, pread reads a part of a chunk at a random place.",
                "Reads are of the primary alone; other copies are made of the chunks that are stored to be read."
            })
    private BenchOperation operation = BenchOperation.put;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "64MiB",
            description = "Length of each chunk (default: ${DEFAULT-VALUE}).")
    private SizeBytes size = new SizeBytes(0);

    @Option(
            names = "--read-size",
            paramLabel = "SIZE",
            defaultValue = "64KiB",
            description = "With pread, how much each read asks for (default: ${DEFAULT-VALUE}).")
    private SizeBytes readSize = new SizeBytes(0);

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many operations go on at the same time (default: ${DEFAULT-VALUE}).")
    private int threads = 1;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long (default: ${DEFAULT-VALUE}).")
    private int seconds = 10;

    @Option(
            names = "--warm-up",
            paramLabel = "DURATION",
            defaultValue = "2s",
            description = "How long it runs before it counts (default: ${DEFAULT-VALUE}).")
    private Duration warmUp = Duration.ZERO;

    @Option(
            names = "--baseline",
            paramLabel = "DIR",
            description = {
                "Let plain files in this directory and bare sockets do the same work in turns with the servers, and print",
                "the ratios. Use a directory on the servers' file system; it needs room for seconds of writing."
            })
    private @Nullable Path baseline;

    BenchCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        options.check();
        checkArguments();
        try (OpenClient open = clients.open()) {
            return measure(open, options.target(open, PLACED, size.value()));
        }
    }

    private int measure(OpenClient open, StoreTarget target) throws IOException {
        try (Workload workload = workload(open, target);
                Baselines baselines = new Baselines()) {
            addBaselines(baselines, workload, target);
            console.note("running for " + seconds + " s" + (baseline == null ? "" : ", and each baseline as long"));
            Comparison seen = Comparison.measure(
                    new LoadGenerator(threads), workload, baselines.byName(), warmUp, Duration.ofSeconds(seconds));
            if (seen.load().operations() == 0) {
                throw failure(seen.load().firstError());
            }
            BenchAnswer answer = new BenchAnswer(
                    operation,
                    size.value(),
                    operation.movedBytes(size.value(), readSize.value()),
                    threads,
                    workload instanceof StoreWorkload ? 1 + target.replicas().size() : 1,
                    workload instanceof StoreWorkload store ? store.durability() : null,
                    seen);
            console.answer(answer.answer());
            return exitCode(seen.load().firstError());
        }
    }

    /** Errors do not hide in a figure: whoever runs this from a script must notice them. */
    private static int exitCode(@Nullable IOException firstError) {
        return firstError == null
                ? ExitCodes.OK
                : Failures.of(firstError).code().exitCode();
    }

    private static IOException failure(@Nullable IOException firstError) {
        return firstError == null
                ? Failure.of(ErrorCode.INTERNAL, "no operation was done").toException()
                : firstError;
    }

    private Workload workload(OpenClient open, StoreTarget target) throws IOException {
        if (operation == BenchOperation.put) {
            String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
            return new StoreWorkload(
                    open.client(),
                    target.primary(),
                    target.options(Attributes.NONE),
                    "bench/put-" + run + "/",
                    size.value());
        }
        console.note("storing what is to be read, if it is not there");
        return new ReadWorkload(
                open.client(),
                target.primary(),
                ReadWorkload.prepare(
                        open.client(), target.primary(), target.options(Attributes.NONE), CHUNKS_TO_READ, size.value()),
                size.value(),
                operation.movedBytes(size.value(), readSize.value()));
    }

    private void addBaselines(Baselines baselines, Workload workload, StoreTarget target) throws IOException {
        Path directory = baseline;
        if (directory == null) {
            return;
        }
        long moved = operation.movedBytes(size.value(), readSize.value());
        if (workload instanceof StoreWorkload store) {
            baselines.add(
                    "plainFiles",
                    PlainFiles.in(
                            directory,
                            1 + target.replicas().size(),
                            size.value(),
                            store.durability() == Durability.SYNC));
            baselines.add("loopback", BareSockets.open(BareSockets.Way.SEND, directory, size.value(), moved));
        } else {
            baselines.add("sendfile", BareSockets.open(BareSockets.Way.SENDFILE, directory, size.value(), moved));
        }
    }

    private void checkArguments() throws ChunkServerException {
        if (operation != BenchOperation.put && options.hasDurability()) {
            throw wrong("--durability is of what is stored, and --op " + operation + " reads");
        }
        if (threads < 1 || threads > MAX_THREADS) {
            throw wrong("--threads is 1 to " + MAX_THREADS + ", not " + threads);
        }
        if (seconds < 1) {
            throw wrong("--seconds is 1 or more, not " + seconds);
        }
        if (size.value() < 1 || readSize.value() < 1) {
            throw wrong("a size of 0 moves nothing");
        }
        if (operation == BenchOperation.pread && readSize.value() > size.value()) {
            throw wrong("--read-size " + readSize.value() + " is more than --size " + size.value());
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
