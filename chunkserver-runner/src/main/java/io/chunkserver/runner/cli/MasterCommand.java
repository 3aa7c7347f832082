package io.chunkserver.runner.cli;

import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.server.PortFile;
import io.chunkserver.runner.server.RunningMaster;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code master}: runs the reference master until a signal ends it. */
@Command(
        name = "master",
        description = {
            "Run a master: it knows the chunk servers, says where chunks go, and has lost copies made anew.",
            "It keeps nothing on disk. Started again at the same address, the servers tell it everything anew."
        })
final class MasterCommand implements Callable<Integer> {

    private final Console console;
    private final ConfigReader config;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where to listen; port 0 chooses one (default: ${DEFAULT-VALUE}).")
    private String listen = "127.0.0.1:0";

    @Option(
            names = "--advertise",
            paramLabel = "HOST:PORT",
            description = "Where others reach this master, if not where it listens.")
    private @Nullable ServerAddress advertise;

    @Option(
            names = {"--port-file", "--port_file"},
            paramLabel = "FILE",
            description = "Gets the port alone, once the master can be reached.")
    private @Nullable Path portFile;

    @Option(
            names = "--replication",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many copies every chunk is to have (default: ${DEFAULT-VALUE}).")
    private int replication = 3;

    @Option(
            names = {"--expect-servers", "--expect_servers"},
            paramLabel = "N",
            defaultValue = "0",
            description = {
                "How many servers have to register before chunks are placed, missed or copied",
                "(default: ${DEFAULT-VALUE}): say how many you run, so that after a power cut the first that are up",
                "are not taken for all."
            })
    private int expectedServers;

    @Option(
            names = {"--heartbeat-interval", "--heartbeat_interval"},
            paramLabel = "DURATION",
            defaultValue = "5s",
            description = {
                "How often servers are configured to send heartbeats (default: ${DEFAULT-VALUE}):",
                "one that is silent for two intervals gets no chunks, after four its copies are made anew."
            })
    private Duration heartbeatInterval = Duration.ofSeconds(5);

    @Option(
            names = "--zookeeper",
            paramLabel = "HOST:PORT,...[/ROOT]",
            description = {
                "Take part in the election of this ZooKeeper ensemble, and lead only when elected;",
                "servers and clients that are given the same ensemble find the master by it."
            })
    private @Nullable EnsembleAddress zooKeeper;

    MasterCommand(Console console, ConfigReader config) {
        this.console = console;
        this.config = config;
    }

    @Override
    public Integer call() throws ConfigException, IOException, InterruptedException {
        if (replication < 1 || replication > PlacementRequest.MAX_COPIES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--replication is 1 to " + PlacementRequest.MAX_COPIES + ", not " + replication);
        }
        if (heartbeatInterval.isZero()) {
            throw new ParameterException(
                    spec.commandLine(), "--heartbeat-interval 0 leaves no time between heartbeats");
        }
        if (expectedServers < 0 || expectedServers > ClusterStatus.MAX_MEMBERS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--expect-servers is 0 to " + ClusterStatus.MAX_MEMBERS + ", not " + expectedServers);
        }
        RunningMaster master = RunningMaster.start(
                listenAddress(),
                advertise,
                zooKeeper,
                MasterConfig.DEFAULT
                        .withReplication(replication)
                        .withHeartbeatInterval(heartbeatInterval)
                        .withExpectedServers(expectedServers),
                config.read().security());
        StopOnSignal.register(master);
        if (portFile != null) {
            PortFile.write(portFile, master.address().port());
        }
        console.answer(MasterAnswer.of(master, replication));
        return StopOnSignal.waitForIt();
    }

    /** Read here, since elsewhere on the command line port 0 is no server's address. */
    private ServerAddress listenAddress() {
        try {
            return ServerAddress.parse(listen);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--listen " + listen + ": " + e.getMessage(), e);
        }
    }
}
