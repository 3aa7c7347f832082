package io.chunkserver.runner.config;

import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.space.SpaceConfig;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The effective configuration of a chunk server; each value was checked against what its {@link Setting} allows.
 *
 * @param givenServerId       the server's name, or null to keep or make one
 * @param givenLocation       where it stands, or null for where it stood last
 * @param dataDirs            where chunks are, each on a disk of its own; at least one, relative to the working directory
 * @param serverInfoFile      what tells other programs about the running server
 * @param spaceLimitBytes     how much all chunks may take
 * @param listen              where to listen; port 0 chooses
 * @param givenAdvertise      where others reach the server, or null for where it listens
 * @param adminListen         where to answer HTTP for operators; port 0 chooses
 * @param durability          for stores that ask for none
 * @param heartbeatInterval   how often a master hears from it
 * @param masters             the masters it registers with; empty for none
 * @param givenZooKeeper      the ensemble that tells the masters, or null for those that are named
 * @param drainTimeout        how long work in flight may take when the server goes down
 * @param chunkSizeLimitBytes the largest chunk
 * @param space               thresholds of its space, and how long deletes are remembered
 * @param scrub               how eagerly the server looks for damage
 * @param security            how the server and those that it talks to know each other
 */
public record RunnerConfig(
        @Nullable ServerId givenServerId,
        @Nullable Location givenLocation,
        List<Path> dataDirs,
        Path serverInfoFile,
        long spaceLimitBytes,
        ServerAddress listen,
        @Nullable ServerAddress givenAdvertise,
        ServerAddress adminListen,
        Durability durability,
        Duration heartbeatInterval,
        List<ServerAddress> masters,
        @Nullable EnsembleAddress givenZooKeeper,
        Duration drainTimeout,
        long chunkSizeLimitBytes,
        SpaceConfig space,
        ScrubConfig scrub,
        SecurityConfig security) {

    /** The name of the file about the running server, where none is configured. */
    private static final String SERVER_INFO_FILE = "server_info.json";

    static RunnerConfig of(EffectiveValues values) {
        List<Path> dataDirs = values.find(Settings.DATA_DIRS).orElse(List.of(values.get(Settings.DATA_DIR)));
        Path serverInfoFile =
                values.find(Settings.SERVER_INFO_FILE).orElse(dataDirs.get(0).resolve(SERVER_INFO_FILE));
        return new RunnerConfig(
                values.find(Settings.SERVER_ID).orElse(null),
                location(values),
                dataDirs,
                serverInfoFile,
                values.get(Settings.SPACE_LIMIT),
                values.get(Settings.LISTEN),
                values.find(Settings.ADVERTISE).orElse(null),
                values.get(Settings.ADMIN_LISTEN),
                values.get(Settings.DURABILITY),
                values.get(Settings.HEARTBEAT_INTERVAL),
                values.find(Settings.MASTERS).orElse(List.of()),
                values.find(Settings.ZOOKEEPER).orElse(null),
                values.get(Settings.DRAIN_TIMEOUT),
                values.get(Settings.CHUNK_SIZE_LIMIT),
                new SpaceConfig(ThresholdRules.thresholds(values), values.get(Settings.TOMBSTONE_AGE)),
                new ScrubConfig(
                        values.get(Settings.SCRUB_RATE),
                        values.get(Settings.SCRUB_INTERVAL),
                        values.get(Settings.QUARANTINE_RETENTION)),
                SecurityConfig.of(values));
    }

    public RunnerConfig {
        dataDirs = List.copyOf(dataDirs);
        masters = List.copyOf(masters);
    }

    private static @Nullable Location location(EffectiveValues values) {
        Optional<Double> x = values.find(Settings.X);
        Optional<Double> y = values.find(Settings.Y);
        return x.isEmpty() && y.isEmpty() ? null : new Location(x.orElse(0.0), y.orElse(0.0));
    }

    /** The same with these masters. */
    public RunnerConfig withMasters(List<ServerAddress> addresses) {
        return new RunnerConfig(
                givenServerId,
                givenLocation,
                dataDirs,
                serverInfoFile,
                spaceLimitBytes,
                listen,
                givenAdvertise,
                adminListen,
                durability,
                heartbeatInterval,
                addresses,
                givenZooKeeper,
                drainTimeout,
                chunkSizeLimitBytes,
                space,
                scrub,
                security);
    }

    /** The data directory that stands for the server where one has to. */
    public Path dataDir() {
        return dataDirs.get(0);
    }

    public Optional<Location> location() {
        return Optional.ofNullable(givenLocation);
    }

    public Optional<ServerId> serverId() {
        return Optional.ofNullable(givenServerId);
    }

    public Optional<EnsembleAddress> zooKeeper() {
        return Optional.ofNullable(givenZooKeeper);
    }

    public Optional<ServerAddress> advertise() {
        return Optional.ofNullable(givenAdvertise);
    }
}
