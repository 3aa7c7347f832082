package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.file.ChunkWriters;
import io.chunkserver.runner.file.PlacedServers;
import io.chunkserver.runner.file.StoreTarget;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The servers that a verb changes something on. */
final class StoreTargetOptions {

    @Option(
            names = "--server",
            paramLabel = "HOST:PORT",
            description = {
                "A running chunk server, where it listens: the primary, which coordinates and keeps a copy.",
                "Default: the first --replica."
            })
    private @Nullable ServerAddress primary;

    @Option(
            names = "--replica",
            paramLabel = "HOST:PORT",
            description = "Another server that keeps a copy; repeat it for more. All copies or none are changed.")
    private List<ServerAddress> replicas = List.of();

    @Option(
            names = "--master",
            paramLabel = "HOST:PORT",
            description = {
                "A running master, which chooses the servers; instead of --server and --replica.",
                "Repeat it to name others that are asked when one fails."
            })
    private List<ServerAddress> masters = List.of();

    @Option(
            names = "--zookeeper",
            paramLabel = "HOST:PORT,...[/ROOT]",
            description = "A ZooKeeper ensemble, which knows the masters; instead of --master.")
    private @Nullable EnsembleAddress zooKeeper;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = {
                "How many servers keep a copy, chosen by the master; default: as it is configured.",
                "With --server: that server's own master chooses the others."
            })
    private @Nullable Integer copies;

    @Mixin
    private NearOption near = new NearOption();

    @Option(
            names = "--durability",
            paramLabel = "sync|os",
            description = "What every server guarantees before it votes; default: as the primary is configured.")
    private @Nullable Durability durability;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "How long each chunk may take, 10m at most (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(60);

    /** Where chunks are stored: on the servers that were named, or on those that a master chooses. */
    ChunkWriters writers(OpenClient open) throws ChunkServerException {
        check();
        return masters().isEmpty()
                ? named()
                : new PlacedServers(
                        open.master(masters()), copies == null ? 0 : copies, near.location(), durability, timeout);
    }

    /**
     * The servers for work that stays with them, on chunks that nobody else stores.
     *
     * @param chunk          for which a master names them
     * @param maxLengthBytes the most bytes that it will have
     */
    StoreTarget target(OpenClient open, ChunkId chunk, long maxLengthBytes) throws IOException {
        return writers(open).write(chunk, maxLengthBytes, StoreTarget::forGood);
    }

    /** To be called before anything is opened, so that wrong arguments are told first. */
    void check() throws ChunkServerException {
        if (timeout.isZero()) {
            throw invalid("timeout 0 leaves no time");
        }
        if (timeout.compareTo(StoreRequest.MAX_TIMEOUT) > 0) {
            throw invalid("timeout " + timeout.toSeconds() + "s is above " + StoreRequest.MAX_TIMEOUT.toSeconds()
                    + "s, the most that a chunk may take; store smaller chunks over a link that is slower");
        }
        near.check(masters());
        if (!masters.isEmpty() && zooKeeper != null) {
            throw invalid("--zookeeper knows the masters; leave out --master");
        }
        if (masters().isEmpty()) {
            if (copies != null && !replicas.isEmpty()) {
                throw invalid("--replica names the servers, so there is nothing for --replicas to choose");
            }
            named();
        } else if (primary != null || !replicas.isEmpty()) {
            throw invalid("the master chooses the servers; leave out --server and --replica");
        }
        if (copies != null && (copies < 1 || copies > PlacementRequest.MAX_COPIES)) {
            throw invalid("--replicas is 1 to " + PlacementRequest.MAX_COPIES + ", not " + copies);
        }
    }

    /** Whether a guarantee is asked for. */
    boolean hasDurability() {
        return durability != null;
    }

    private MasterChoice masters() {
        return new MasterChoice(masters, zooKeeper);
    }

    private StoreTarget named() throws ChunkServerException {
        List<ServerAddress> all = new ArrayList<>();
        if (primary != null) {
            all.add(primary);
        }
        all.addAll(replicas);
        if (all.isEmpty()) {
            throw invalid("no server is named; give --master or --zookeeper, or --server and --replica");
        }
        Set<ServerAddress> seen = new HashSet<>();
        for (ServerAddress server : all) {
            if (!seen.add(server)) {
                throw invalid("server " + server + " is named twice; a server keeps one copy");
            }
        }
        return new StoreTarget(all.get(0), all.subList(1, all.size()), copies, durability, timeout, false, 0);
    }

    private static ChunkServerException invalid(String message) {
        return Failure.of(ErrorCode.INVALID_ARGUMENT, message).toException();
    }
}
