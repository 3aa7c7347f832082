package io.chunkserver.runner.cli;

import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.protocol.ServerStatus;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What whoever waits for a drain is told meanwhile: what keeps the server, and why that stays so; again only when it has changed. */
final class DrainNotes {

    private final Console console;
    private @Nullable String last;

    DrainNotes(Console console) {
        this.console = console;
    }

    /** Writes a line, unless it was the last one. */
    void note(String line) {
        if (!line.equals(last)) {
            last = line;
            console.note(line);
        }
    }

    void inFlight(ServerId server, long transactions) {
        note(transactions + (transactions == 1 ? " transaction is" : " transactions are") + " in flight at server "
                + server);
    }

    /** Chunks that a master has not enough copies of elsewhere. */
    void needed(ServerId server, long chunks, ClusterStatus cluster) {
        note(Quantity.chunks(chunks) + (chunks == 1 ? " needs" : " need") + " server " + server
                + obstacle(server, cluster));
    }

    /** What is still in a data directory that is emptied, and why that cannot go to the others if it cannot. */
    void left(ServerStatus.Directory emptied, List<ServerStatus.Directory> all) {
        List<ServerStatus.Directory> others = all.stream()
                .filter(directory -> !directory.uuid().equals(emptied.uuid()))
                .toList();
        boolean open = others.stream().anyMatch(directory -> directory.state().equals("ready"));
        long chunks = emptied.chunks() + emptied.tombstones();
        note((chunks > 0
                        ? Quantity.chunks(chunks) + (chunks == 1 ? " is" : " are")
                        : emptied.pending() + " open transactions and missed chunks are")
                + " left in " + emptied.path()
                + (open
                        ? ""
                        : "; no other directory takes chunks: "
                                + others.stream()
                                        .map(ServerStatus.Directory::reason)
                                        .collect(Collectors.joining("; "))));
    }

    /** Why no chunk can be copied, as far as the servers tell; empty when it may be a matter of time. */
    private static String obstacle(ServerId server, ClusterStatus cluster) {
        List<ServerState> others = cluster.members().stream()
                .filter(member -> !member.registration().member().id().equals(server))
                .filter(member -> member.liveness() == Liveness.LIVE)
                .map(MemberStatus::lastHeartbeat)
                .map(beat -> beat == null ? ServerState.READY : beat.state())
                .filter(state -> state != ServerState.DRAINING)
                .toList();
        if (others.size() < cluster.replication()) {
            return ", as each is to have " + Quantity.copies(cluster.replication()) + " and " + others.size()
                    + (others.size() == 1 ? " other server is" : " other servers are")
                    + " there to have one: start more, or have drained ones resume";
        }
        return others.contains(ServerState.READY)
                ? ""
                : ", and no other server takes chunks at present; status --master says why";
    }
}
