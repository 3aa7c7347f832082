package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.config.ConfigLoader;
import io.chunkserver.runner.config.RunnerConfig;
import io.chunkserver.runner.config.Setting;
import io.chunkserver.runner.config.Settings;
import io.chunkserver.runner.server.LocalCluster;
import io.chunkserver.runner.server.PortFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code local-cluster}: a master and several servers in one process, for trying things. */
@Command(
        name = "local-cluster",
        description = {
            "Run a master and several chunk servers in one process, for trying things, until a signal ends it.",
            "Each says on standard output where it listens. The servers keep their data and ports over restarts."
        })
final class LocalClusterCommand implements Callable<Integer> {

    private static final int MAX_SERVERS = 100;

    /** As many copies as GFS keeps, where there are so many servers. */
    private static final int COPIES = 3;

    /** Short, since nothing crosses a network here and people wait. */
    private static final String HEARTBEAT_INTERVAL = "1s";

    private final Console console;
    private final ConfigReader config;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--servers",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many servers (default: ${DEFAULT-VALUE}).")
    private int servers = 3;

    @Option(
            names = {"--data-dir", "--data_dir"},
            paramLabel = "DIR",
            defaultValue = "data/cluster",
            description = "Gets one data directory for each server (default: ${DEFAULT-VALUE}).")
    private Path dataDir = Path.of("data", "cluster");

    @Option(
            names = "--space",
            paramLabel = "MIB",
            defaultValue = "1024",
            description = "The space limit of each server, in MiB or with a unit (default: ${DEFAULT-VALUE}).")
    private String space = "1024";

    @Option(
            names = {"--master-port-file", "--master_port_file"},
            paramLabel = "FILE",
            description = "Gets the master's port alone, once master and servers can be reached.")
    private @Nullable Path masterPortFile;

    LocalClusterCommand(Console console, ConfigReader config) {
        this.console = console;
        this.config = config;
    }

    @Override
    public Integer call() throws ConfigException, IOException, InterruptedException {
        if (servers < 1 || servers > MAX_SERVERS) {
            throw new ParameterException(
                    spec.commandLine(), "a cluster has 1 to " + MAX_SERVERS + " servers, not " + servers);
        }
        List<RunnerConfig> configs = new ArrayList<>();
        for (int number = 1; number <= servers; number++) {
            configs.add(config(number));
        }
        int copies = Math.min(COPIES, servers);
        LocalCluster cluster = LocalCluster.start(copies, configs);
        StopOnSignal.register(cluster.servers(), configs.get(0).drainTimeout());
        StopOnSignal.register(cluster.master());
        if (masterPortFile != null) {
            PortFile.write(masterPortFile, cluster.master().address().port());
        }
        for (int index = 0; index < servers; index++) {
            console.answer(ServingAnswer.of(cluster.servers().get(index), null, configs.get(index)));
        }
        console.answer(MasterAnswer.of(cluster.master(), copies));
        return StopOnSignal.waitForIt();
    }

    /** Servers stand in a row, so that chains have an order. */
    private RunnerConfig config(int number) throws ConfigException {
        String name = "server-" + number;
        Map<Setting<?>, String> given = new HashMap<>(config.options());
        given.put(Settings.SERVER_ID, name);
        given.put(Settings.X, String.valueOf(number));
        given.put(Settings.DATA_DIR, dataDir.resolve(name).toString());
        given.put(Settings.SPACE_LIMIT, space);
        given.put(Settings.HEARTBEAT_INTERVAL, HEARTBEAT_INTERVAL);
        return new ConfigLoader(Map.of()).load(null, given).config();
    }
}
