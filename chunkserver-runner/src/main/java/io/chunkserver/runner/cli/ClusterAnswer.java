package io.chunkserver.runner.cli;

import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.runner.config.Durations;
import io.chunkserver.runner.config.Sizes;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is told about a cluster, as its master sees it. */
final class ClusterAnswer {

    private ClusterAnswer() {}

    static Answer of(ClusterStatus status) {
        StringBuilder text = new StringBuilder()
                .append("master, up for ")
                .append(Durations.exact(status.uptime().truncatedTo(ChronoUnit.SECONDS)))
                .append(leadership(status))
                .append(
                        status.settled()
                                ? ""
                                : ", was not told yet all that there is: the counts are of what it was told")
                .append("\nchunks:  ")
                .append(status.chunks())
                .append(", to have ")
                .append(Quantity.copies(status.replication()))
                .append(" each; ")
                .append(status.underReplicated())
                .append(" with fewer, ")
                .append(status.withoutCopy())
                .append(" with none, ")
                .append(status.conflicting())
                .append(" in conflict, ")
                .append(status.stale())
                .append(" with an older version somewhere");
        List<JsonLine> members = new ArrayList<>();
        for (MemberStatus member : status.members()) {
            text.append('\n').append(line(member));
            members.add(json(member));
        }
        return new Answer(
                text.toString(),
                JsonLine.answer("chunkserver.cluster/1")
                        .with("master", status.name())
                        .with("uptimeMillis", status.uptime().toMillis())
                        .with("replication", status.replication())
                        .with("chunks", status.chunks())
                        .with("underReplicated", status.underReplicated())
                        .with("withoutCopy", status.withoutCopy())
                        .with("conflicting", status.conflicting())
                        .with("stale", status.stale())
                        .with("settled", status.settled())
                        .with("leading", status.leading())
                        .with("epoch", status.epoch())
                        .with("members", members));
    }

    /** Nothing about a master that is not elected, which always leads. */
    private static String leadership(ClusterStatus status) {
        if (!status.leading()) {
            return ", does not lead";
        }
        return status.epoch() == 0 ? "" : ", leads by epoch " + status.epoch();
    }

    /** What a server said last of its state and space holds only while its heartbeats come. */
    private static String line(MemberStatus member) {
        @Nullable Heartbeat heartbeat = member.lastHeartbeat();
        StringBuilder line = new StringBuilder()
                .append("server ")
                .append(member.registration().member().id())
                .append(" at ")
                .append(member.registration().member().address())
                .append(", location ")
                .append(member.registration().member().location())
                .append(": ")
                .append(member.liveness().name().toLowerCase(Locale.ROOT));
        if (heartbeat != null && member.liveness() == Liveness.LIVE) {
            line.append(", ")
                    .append(word(heartbeat.state()))
                    .append(heartbeat.reason().isEmpty() ? "" : " (" + heartbeat.reason() + ")")
                    .append(", ")
                    .append(Sizes.readable(heartbeat.space().availableBytes()))
                    .append(" available of ")
                    .append(Sizes.readable(heartbeat.space().limitBytes()));
        }
        return line.append(", ")
                .append(Quantity.copies(member.copies()))
                .append(member.tombstones() == 0 ? "" : ", deleted ones remembered: " + member.tombstones())
                .toString();
    }

    private static String word(ServerState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static JsonLine json(MemberStatus member) {
        JsonLine json = JsonLine.part()
                .with("serverId", member.registration().member().id())
                .with("address", member.registration().member().address())
                .with("uuid", member.registration().server().uuid())
                .with("x", member.registration().member().location().x())
                .with("y", member.registration().member().location().y())
                .with("liveness", member.liveness().name().toLowerCase(Locale.ROOT))
                .with("copies", member.copies())
                .with("tombstones", member.tombstones())
                .with("openOrders", member.openOrders());
        @Nullable Heartbeat heartbeat = member.lastHeartbeat();
        return heartbeat == null
                ? json
                : json.with("state", word(heartbeat.state()))
                        .with("reason", heartbeat.reason())
                        .with("limitBytes", heartbeat.space().limitBytes())
                        .with("usedBytes", heartbeat.space().usedBytes())
                        .with("reservedBytes", heartbeat.space().reservedBytes())
                        .with("freeBytes", heartbeat.space().freeBytes())
                        .with("availableBytes", heartbeat.space().availableBytes());
    }
}
