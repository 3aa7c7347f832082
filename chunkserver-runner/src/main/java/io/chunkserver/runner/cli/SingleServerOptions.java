package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The one server that a verb is about: named by its address, or by the id under which a master knows it. */
final class SingleServerOptions {

    @ArgGroup(multiplicity = "1")
    private Choice choice = new Choice();

    private static final class Choice {

        @Option(
                names = "--server",
                required = true,
                paramLabel = "HOST:PORT",
                description = "A running chunk server, where it listens: its status and its port file tell.")
        private @Nullable ServerAddress address;

        @ArgGroup(exclusive = false, multiplicity = "1")
        private Known known = new Known();
    }

    private static final class Known {

        @Option(
                names = {"--server-id", "--server_id"},
                required = true,
                paramLabel = "ID",
                description = "A running chunk server, as its master calls it: the master's status tells.")
        private @Nullable ServerId id;

        @ArgGroup(multiplicity = "1")
        private Masters masters = new Masters();
    }

    private static final class Masters {

        @Option(
                names = "--master",
                required = true,
                paramLabel = "HOST:PORT",
                description = {
                    "A running master, which knows the server.",
                    "Repeat it to name others that are asked when one fails."
                })
        private List<ServerAddress> addresses = List.of();

        @Option(
                names = "--zookeeper",
                required = true,
                paramLabel = "HOST:PORT,...[/ROOT]",
                description = "A ZooKeeper ensemble, which knows the masters.")
        private @Nullable EnsembleAddress zooKeeper;
    }

    /** The masters that were chosen; empty when the server was named by its address. */
    MasterChoice masters() {
        return new MasterChoice(choice.known.masters.addresses, choice.known.masters.zooKeeper);
    }

    /** Where the server listens. */
    ServerAddress address(OpenClient open) throws IOException {
        return choice.address == null ? find(open, Objects.requireNonNull(choice.known.id)) : choice.address;
    }

    private ServerAddress find(OpenClient open, ServerId id) throws IOException {
        MasterChoice masters = masters();
        Member found = open.master(masters).status().members().stream()
                .map(MemberStatus::registration)
                .map(Registration::member)
                .filter(member -> member.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Failure.of(ErrorCode.NOT_REGISTERED, "no server " + id + " is known to " + masters)
                        .withHint("see its servers with: status " + masters)
                        .toException());
        return ServerAddress.parse(found.address());
    }
}
