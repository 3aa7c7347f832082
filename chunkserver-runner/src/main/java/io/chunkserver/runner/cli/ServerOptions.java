package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The servers that a verb asks: those that are named, or those that a master knows. */
final class ServerOptions {

    private static final Logger logger = LoggerFactory.getLogger(ServerOptions.class);

    @ArgGroup(multiplicity = "1")
    private Choice choice = new Choice();

    private static final class Choice {

        @Option(
                names = "--server",
                required = true,
                paramLabel = "HOST:PORT",
                description = {
                    "A running chunk server, where it listens: its status and its port file tell.",
                    "Repeat it to name more of them."
                })
        private List<ServerAddress> servers = List.of();

        @Option(
                names = "--master",
                required = true,
                paramLabel = "HOST:PORT",
                description = {
                    "A running master, which knows the servers.",
                    "Repeat it to name others that are asked when one fails."
                })
        private List<ServerAddress> masters = List.of();

        @Option(
                names = "--zookeeper",
                required = true,
                paramLabel = "HOST:PORT,...[/ROOT]",
                description = "A ZooKeeper ensemble, which knows the masters.")
        private @Nullable EnsembleAddress zooKeeper;
    }

    /** The masters that were chosen; empty when servers were named. */
    MasterChoice masters() {
        return new MasterChoice(choice.masters, choice.zooKeeper);
    }

    /** The servers that were named; empty when a master was. */
    List<ServerAddress> named() {
        return choice.servers;
    }

    /** Every server that was named, or that is alive as the master sees it. */
    List<ServerAddress> servers(OpenClient open) throws IOException {
        MasterChoice masters = masters();
        if (masters.isEmpty()) {
            return choice.servers;
        }
        List<ServerAddress> alive = new ArrayList<>();
        for (MemberStatus member : open.master(masters).status().members()) {
            if (member.liveness() == Liveness.LIVE) {
                alive.add(address(member));
            } else {
                logger.warn(
                        "server {} at {} is {} as the master sees it, and is not asked",
                        member.registration().member().id(),
                        address(member),
                        member.liveness().name().toLowerCase(Locale.ROOT));
            }
        }
        if (alive.isEmpty()) {
            throw Failure.of(ErrorCode.TOO_FEW_SERVERS, "the master of " + masters + " knows no living server")
                    .withHint("start chunk servers with: serve " + masters)
                    .toException();
        }
        return alive;
    }

    private static ServerAddress address(MemberStatus member) {
        return ServerAddress.parse(member.registration().member().address());
    }
}
