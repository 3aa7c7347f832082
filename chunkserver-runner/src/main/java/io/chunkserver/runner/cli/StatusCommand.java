package io.chunkserver.runner.cli;

import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code status}: how servers are, once or over and over. */
@Command(
        name = "status",
        description = {
            "Show state, space and transactions of each server that is named.",
            "With --master or --zookeeper: the cluster as the master sees it, with one line for each server."
        })
final class StatusCommand implements Callable<Integer> {

    private static final int DEFAULT_INTERVAL_SECONDS = 2;

    private final Console console;
    private final Clients clients;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Option(names = "--watch", description = "Show it over and over until a signal ends it.")
    private boolean watch;

    @Option(
            names = "--interval",
            paramLabel = "DURATION",
            description = "With --watch, how long to wait in between (default: " + DEFAULT_INTERVAL_SECONDS + "s).")
    private @Nullable Duration interval;

    StatusCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, InterruptedException, IOException {
        if (interval != null && !watch) {
            throw new ParameterException(spec.commandLine(), "--interval says how often to look; give --watch as well");
        }
        Duration pause = interval == null ? Duration.ofSeconds(DEFAULT_INTERVAL_SECONDS) : interval;
        try (OpenClient open = clients.open()) {
            int exitCode = show(open);
            // Nothing ever counts the latch down: only the time passes, nobody reads on, or a signal ends the process.
            CountDownLatch never = new CountDownLatch(1);
            while (watch && !console.hasLostAnswers() && !never.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                exitCode = show(open);
            }
            return exitCode;
        }
    }

    /** Shows the cluster, or every server that answers and names every other one; the first failure gives the exit code. */
    private int show(OpenClient open) throws IOException {
        int exitCode = ExitCodes.OK;
        if (!options.masters().isEmpty()) {
            console.answer(ClusterAnswer.of(open.master(options.masters()).status()));
            return exitCode;
        }
        for (ServerAddress server : options.servers(open)) {
            try {
                console.answer(StatusAnswer.of(open.client().status(server)));
            } catch (IOException e) {
                int failed = console.failure(Failures.of(e));
                exitCode = exitCode == ExitCodes.OK ? failed : exitCode;
            }
        }
        return exitCode;
    }
}
