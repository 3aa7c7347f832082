package io.chunkserver.runner.cli;

import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.config.RunnerConfig;
import io.chunkserver.runner.server.PortFile;
import io.chunkserver.runner.server.RunningServer;
import io.chunkserver.runner.server.StartCheck;
import io.chunkserver.runner.status.AdminServer;
import io.chunkserver.runner.status.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code serve}: runs a chunk server until a signal ends it. */
@Command(
        name = "serve",
        description = {
            "Run a chunk server. One line on standard output says that it is ready and where it listens.",
            "SIGTERM and SIGINT let it refuse new work, finish what is in flight and exit with 143 or 130."
        })
final class ServeCommand implements Callable<Integer> {

    private final Console console;
    private final ConfigReader config;
    private final ServerSettingOptions settings;

    @Option(
            names = {"--port-file", "--port_file"},
            paramLabel = "FILE",
            description = "Gets the port alone, once the server can be reached.")
    private @Nullable Path portFile;

    @Option(
            names = {"--admin-port-file", "--admin_port_file"},
            paramLabel = "FILE",
            description = "Gets the port of the status and metrics over HTTP alone, once they can be had.")
    private @Nullable Path adminPortFile;

    @Option(
            names = "--give-up-directory",
            paramLabel = "ID",
            description = {
                "Start without this data directory, whose disk is lost for good; the failed start named its id.",
                "What only that one had is lost to this server. Repeat it for others."
            })
    private Set<UUID> givenUp = Set.of();

    @Option(
            names = "--check",
            description = "Check the configuration and the data directory, change nothing, and exit.")
    private boolean check;

    ServeCommand(Console console, ConfigReader config, ServerSettingOptions settings) {
        this.console = console;
        this.config = config;
        this.settings = settings;
    }

    @Override
    public Integer call() throws ConfigException, IOException, InterruptedException {
        RunnerConfig effective = config.read(settings).config();
        if (portFile != null) {
            PortFile.check(portFile);
        }
        if (adminPortFile != null) {
            PortFile.check(adminPortFile);
        }
        if (check) {
            return check(effective);
        }
        // Nobody closes it: it answers until the process ends, also while the server drains.
        AdminServer admin = AdminServer.bind(effective.adminListen());
        Metrics metrics = new Metrics();
        RunningServer server = RunningServer.start(effective, givenUp, metrics);
        StopOnSignal.register(List.of(server), effective.drainTimeout());
        admin.serve(server::status, new StatusAnswer.Words(), metrics);
        if (portFile != null) {
            PortFile.write(portFile, server.address().port());
        }
        if (adminPortFile != null) {
            PortFile.write(adminPortFile, admin.address().port());
        }
        console.answer(ServingAnswer.of(server, admin.address(), effective));
        return StopOnSignal.waitForIt();
    }

    private int check(RunnerConfig effective) throws IOException {
        List<Path> directories =
                effective.dataDirs().stream().map(Path::toAbsolutePath).toList();
        Optional<ServerId> owner = StartCheck.run(effective, givenUp);
        AdminServer.bind(effective.adminListen()).close();
        console.answer(checked(
                "configuration is valid; data "
                        + (directories.size() == 1 ? "directory " : "directories ")
                        + directories.stream().map(Path::toString).collect(Collectors.joining(", "))
                        + owner.map(id -> (directories.size() == 1 ? " belongs" : " belong") + " to server " + id
                                        + "; fsck tells what a start would do there")
                                .orElse(" will be made"),
                owner.orElse(null)));
        return ExitCodes.OK;
    }

    private static Answer checked(String text, @Nullable ServerId id) {
        return new Answer(
                text,
                JsonLine.answer("chunkserver.config-check/1")
                        .with("valid", true)
                        .with("serverId", id));
    }
}
