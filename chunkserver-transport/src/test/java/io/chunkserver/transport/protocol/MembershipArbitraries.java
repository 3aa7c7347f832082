package io.chunkserver.transport.protocol;

import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.OpenTransaction;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.space.SpaceSnapshot;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** What a master is asked and answers, with the odd values that it may hold. */
final class MembershipArbitraries {

    private MembershipArbitraries() {}

    static Arbitrary<Request> requests() {
        return Arbitraries.oneOf(List.of(
                Combinators.combine(registrations(), timeouts()).as(MasterRequest.Register::new),
                Combinators.combine(heartbeats(), timeouts()).as(MasterRequest.Heartbeat::new),
                Combinators.combine(reports(20), timeouts()).as(MasterRequest.Report::new),
                Combinators.combine(placements(), timeouts()).as(MasterRequest.Place::new),
                Combinators.combine(chunkIds(), nearby(), timeouts()).as(MasterRequest.Locate::new),
                Combinators.combine(
                                MessageArbitraries.texts(ChunkId.MAX_PATH_BYTES),
                                chunkIds().injectNull(0.3),
                                Arbitraries.integers().between(1, 1000),
                                timeouts())
                        .as(MasterRequest.ClusterChunks::new),
                Combinators.combine(MessageArbitraries.serverIds(), timeouts()).as(MasterRequest.Needed::new),
                Combinators.combine(MessageArbitraries.serverIds().injectNull(0.3), timeouts())
                        .as(MasterRequest.ClusterStatus::new)));
    }

    static Arbitrary<Response> responses() {
        return Arbitraries.oneOf(List.of(
                replies().map(MasterResponse.Heartbeat::new),
                Combinators.combine(
                                chunkIds(),
                                MessageArbitraries.versions(),
                                members().list().ofMinSize(1).ofMaxSize(20),
                                MessageArbitraries.counts())
                        .as(ChunkCopies::new)
                        .map(MasterResponse.Copies::new),
                Combinators.combine(MessageArbitraries.chunkInfos(), smallCounts())
                        .as(ListedChunk::new)
                        .list()
                        .ofMaxSize(20)
                        .map(MasterResponse.ClusterChunks::new),
                Arbitraries.longs().greaterOrEqual(0).map(MasterResponse.Needed::new),
                Combinators.combine(statuses(), Arbitraries.of(true, false)).as(MasterResponse.ClusterStatus::new)));
    }

    /** Reports of so many chunks at most, longer than fit into a request when these are many. */
    static Arbitrary<ChunkReport> reports(int maxChunks) {
        Arbitrary<ChunkReport> changes = Combinators.combine(
                        incarnations(),
                        MessageArbitraries.chunkInfos().list().ofMaxSize(maxChunks),
                        chunkIds().list().ofMaxSize(maxChunks),
                        Combinators.combine(chunkIds(), MessageArbitraries.versions())
                                .as(OpenTransaction::new)
                                .list()
                                .ofMaxSize(maxChunks))
                .as((server, present, absent, open) -> new ChunkReport(
                        server, ChunkReport.Kind.CHANGES, present, absent, open, present.size() * 1_000L));
        Arbitrary<ChunkReport> full = Combinators.combine(
                        incarnations(),
                        Arbitraries.of(ChunkReport.Kind.START, ChunkReport.Kind.PART, ChunkReport.Kind.END),
                        MessageArbitraries.chunkInfos().list().ofMaxSize(maxChunks))
                .as((server, kind, present) -> new ChunkReport(server, kind, present, List.of(), present.size()));
        return Arbitraries.oneOf(changes, full);
    }

    private static Arbitrary<Incarnation> incarnations() {
        return Combinators.combine(
                        MessageArbitraries.serverIds(),
                        MessageArbitraries.uuids(),
                        Arbitraries.longs().greaterOrEqual(1))
                .as(Incarnation::new);
    }

    private static Arbitrary<Registration> registrations() {
        return Combinators.combine(
                        incarnations(),
                        members(),
                        Arbitraries.integers().greaterOrEqual(1),
                        MessageArbitraries.counts(),
                        Arbitraries.longs().greaterOrEqual(1),
                        MessageArbitraries.counts().map(Duration::ofMillis))
                .as((server, member, format, space, chunk, interval) -> new Registration(
                        server,
                        new Member(server.id(), member.address(), member.location()),
                        format,
                        space,
                        chunk,
                        interval));
    }

    private static Arbitrary<Heartbeat> heartbeats() {
        return Combinators.combine(
                        incarnations(),
                        MessageArbitraries.locations(),
                        Arbitraries.of(ServerState.class),
                        MessageArbitraries.texts(Heartbeat.MAX_REASON_CHARACTERS),
                        Arbitraries.longs().list().ofSize(4),
                        smallCounts(),
                        smallCounts(),
                        smallCounts())
                .as((server, location, state, reason, space, open, inDoubt, orders) -> new Heartbeat(
                        server,
                        location,
                        state,
                        reason,
                        new SpaceSnapshot(space.get(0), space.get(1), space.get(2), space.get(3)),
                        open,
                        inDoubt,
                        orders));
    }

    private static Arbitrary<PlacementRequest> placements() {
        return Combinators.combine(
                        chunkIds(),
                        MessageArbitraries.counts(),
                        Arbitraries.integers().between(0, PlacementRequest.MAX_COPIES),
                        nearby(),
                        MessageArbitraries.serverIds().injectNull(0.5),
                        MessageArbitraries.serverIds().set().ofMaxSize(PlacementRequest.MAX_COPIES))
                .as(PlacementRequest::new);
    }

    private static Arbitrary<HeartbeatReply> replies() {
        return Arbitraries.oneOf(
                Arbitraries.just(HeartbeatReply.UNKNOWN),
                Combinators.combine(
                                Arbitraries.longs().greaterOrEqual(0),
                                orders().list().ofMaxSize(10))
                        .as((epoch, orders) -> new HeartbeatReply(true, epoch, orders)));
    }

    private static Arbitrary<Order> orders() {
        Arbitrary<List<Member>> servers = members().list().ofMinSize(1).ofMaxSize(Order.MAX_SERVERS);
        return Arbitraries.oneOf(
                Combinators.combine(
                                chunkIds(),
                                MessageArbitraries.versions(),
                                MessageArbitraries.transactionIds(),
                                Arbitraries.of(true, false),
                                servers)
                        .as(Order.Copy::new),
                Combinators.combine(
                                chunkIds(), MessageArbitraries.versions(), MessageArbitraries.transactionIds(), servers)
                        .as(Order.Remove::new));
    }

    private static Arbitrary<ClusterStatus> statuses() {
        Arbitrary<MemberStatus> members = Combinators.combine(
                        registrations(),
                        Arbitraries.of(MemberStatus.Liveness.class),
                        heartbeats().injectNull(0.3),
                        MessageArbitraries.counts().map(count -> count / 2),
                        MessageArbitraries.counts().map(count -> count / 2),
                        smallCounts())
                .as(MemberStatus::new);
        return Combinators.combine(
                        MessageArbitraries.words(),
                        MessageArbitraries.counts(),
                        smallCounts(),
                        members.list().ofMaxSize(5),
                        MessageArbitraries.counts().list().ofSize(5))
                .as((name, uptime, replication, servers, counts) -> new ClusterStatus(
                        name,
                        Duration.ofMillis(uptime),
                        replication,
                        servers,
                        counts.get(0),
                        counts.get(1),
                        counts.get(2),
                        counts.get(3),
                        counts.get(4),
                        counts.get(4) % 2 == 0,
                        counts.get(3) % 2 == 0,
                        counts.get(2)));
    }

    private static Arbitrary<Location> nearby() {
        return MessageArbitraries.locations().injectNull(0.3);
    }

    private static Arbitrary<ChunkId> chunkIds() {
        return MessageArbitraries.chunkIds();
    }

    private static Arbitrary<Member> members() {
        return MessageArbitraries.members();
    }

    private static Arbitrary<Integer> smallCounts() {
        return Arbitraries.integers().greaterOrEqual(0);
    }

    private static Arbitrary<Duration> timeouts() {
        return MessageArbitraries.timeouts();
    }
}
