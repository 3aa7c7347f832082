package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.client.PoolConfig;
import io.chunkserver.transport.client.RemoteMaster;
import io.chunkserver.transport.client.RemoteMasterConfig;
import io.chunkserver.transport.client.RemoteReplicas;
import io.chunkserver.transport.client.ReplicasConfig;
import io.chunkserver.transport.client.RetryConfig;
import io.chunkserver.transport.protocol.ServerRole;
import io.chunkserver.transport.testkit.Cluster;
import io.chunkserver.transport.testkit.FakeMaster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master behind its endpoint, whatever carries its frames: it is told what servers say, and they hear what it says. */
abstract class MasterEndpointContract {

    private static final ServerAddress ANY_PORT = new ServerAddress("127.0.0.1", 0);
    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final TransactionId TRANSACTION = new TransactionId("c", 1, 1);
    private static final Incarnation SERVER = new Incarnation(new ServerId("s1"), new UUID(1, 2), 3);
    private static final Member MEMBER = new Member(SERVER.id(), "10.0.0.1:7070", new Location(1, 2));
    private static final Registration REGISTRATION = new Registration(SERVER, MEMBER, 1, 1000, 100);
    private static final Heartbeat HEARTBEAT = new Heartbeat(
            SERVER, new Location(3, 4), ServerState.READ_ONLY, "full", new SpaceSnapshot(10, 9, 1, -5), 4, 3, 2);

    private final FakeMaster master = new FakeMaster("m1");
    private Transport transport;
    private MasterEndpoint endpoint;
    /** The machine may be busy: what is said is tested here, not how soon. */
    static final RemoteMasterConfig PATIENT =
            new RemoteMasterConfig(Duration.ofSeconds(20), Duration.ofSeconds(20), PoolConfig.DEFAULT);

    private RemoteMaster remote;

    @TempDir
    Path root;

    /** A transport that reaches all others made by this. */
    abstract Transport newTransport();

    @BeforeEach
    void start() throws IOException {
        transport = newTransport();
        endpoint = MasterEndpoint.open(master, transport, ANY_PORT, null, EndpointConfig.DEFAULT);
        remote = new RemoteMaster(transport, endpoint.address(), PATIENT);
    }

    @AfterEach
    void close() {
        remote.close();
        endpoint.close();
        transport.close();
    }

    @Test
    void aServerIsHeardAndHearsItsOrders() {
        done(remote.register(REGISTRATION));
        assertThat(done(remote.heartbeat(HEARTBEAT))).isEqualTo(HeartbeatReply.UNKNOWN);
        Order copy = new Order.Copy(CHUNK, new ChunkVersion(2), TRANSACTION, false, List.of(MEMBER));
        Order remove = new Order.Remove(CHUNK, new ChunkVersion(2), TRANSACTION, List.of(MEMBER));
        master.reply(new HeartbeatReply(true, List.of(copy, remove)));
        assertThat(done(remote.heartbeat(HEARTBEAT)).orders()).containsExactly(copy, remove);
        assertThat(master.told()).containsExactly(REGISTRATION, HEARTBEAT, HEARTBEAT);
    }

    @Test
    void aLongReportComesInItsOrder() {
        List<ChunkInfo> all =
                IntStream.range(0, 2000).mapToObj(MasterEndpointContract::info).toList();
        done(remote.report(new ChunkReport(SERVER, ChunkReport.Kind.START, all.subList(0, 1000), List.of())));
        done(remote.report(new ChunkReport(SERVER, ChunkReport.Kind.END, all.subList(1000, 2000), List.of())));
        List<ChunkReport> reports = master.told(ChunkReport.class);
        assertThat(reports.stream().flatMap(report -> report.present().stream()))
                .containsExactlyElementsOf(all);
        assertThat(reports).extracting(ChunkReport::kind).startsWith(ChunkReport.Kind.START);
        assertThat(reports).extracting(ChunkReport::kind).endsWith(ChunkReport.Kind.END);
        assertThat(reports.subList(1, reports.size() - 1))
                .isNotEmpty()
                .extracting(ChunkReport::kind)
                .containsOnly(ChunkReport.Kind.PART);
        ChunkReport changes = new ChunkReport(SERVER, ChunkReport.Kind.CHANGES, all.subList(0, 1), List.of(CHUNK));
        done(remote.report(changes));
        assertThat(master.told(ChunkReport.class).stream()
                        .skip(reports.size())
                        .flatMap(report -> report.absent().stream()))
                .containsExactly(CHUNK);
    }

    @Test
    void chunksArePlacedLocatedAndListed() {
        master.holders(MEMBER);
        PlacementRequest placement = new PlacementRequest(CHUNK, 5, 2, new Location(7, 8), Set.of(new ServerId("s9")));
        ChunkCopies copies = new ChunkCopies(CHUNK, new ChunkVersion(7), List.of(MEMBER));
        assertThat(done(remote.place(placement))).isEqualTo(copies);
        assertThat(done(remote.locate(CHUNK, new Location(9, 9)))).isEqualTo(copies);
        assertThat(done(remote.locate(CHUNK, null))).isEqualTo(copies);
        assertThat(master.told()).containsExactly(placement, CHUNK, new Location(9, 9), CHUNK);
        List<ListedChunk> chunks = IntStream.range(0, 10)
                .mapToObj(i -> new ListedChunk(info(i), i))
                .toList();
        master.chunks(chunks);
        assertThat(done(remote.list("dir/", null, 4))).isEqualTo(chunks.subList(0, 4));
        assertThat(done(remote.list("dir/", chunks.get(3).info().id(), 5000))).isEqualTo(chunks.subList(4, 10));
        assertThat(done(remote.list("other", null, 4))).isEmpty();
    }

    @Test
    void theStatusHasAllServersHoweverManyAnswersItTakes() {
        List<MemberStatus> members = IntStream.range(0, 1000)
                .mapToObj(i -> new Incarnation(new ServerId(String.format("s%04d", i)), new UUID(1, i), 1))
                .map(server -> new MemberStatus(
                        new Registration(
                                server, new Member(server.id(), "a".repeat(255), MEMBER.location()), 1, 1000, 100),
                        MemberStatus.Liveness.LIVE,
                        new Heartbeat(
                                server,
                                MEMBER.location(),
                                ServerState.READ_ONLY,
                                "r".repeat(Heartbeat.MAX_REASON_CHARACTERS),
                                HEARTBEAT.space(),
                                0,
                                0,
                                0),
                        5,
                        4,
                        0))
                .toList();
        master.members(members);
        var status = done(remote.status());
        assertThat(status.members()).isEqualTo(members);
        assertThat(status.name()).isEqualTo("m1");
        assertThat(status.withoutCopy()).isEqualTo(2);
    }

    /** A master looks at all of its chunks for that. */
    @Test
    void whatAServerIsNeededForIsCountedOnNoThreadThatReadsConnections() {
        master.members(List.of(new MemberStatus(REGISTRATION, MemberStatus.Liveness.LIVE, HEARTBEAT, 5, 0, 0)));

        assertThat(done(remote.needed(SERVER.id()))).isEqualTo(1);
        assertThat(master.counter()).startsWith("chunkserver-endpoint-worker");

        master.refuse(Failure.of(ErrorCode.NOT_REGISTERED, "unknown"));
        assertFailed(ErrorCode.NOT_REGISTERED, "server m1: unknown", remote.needed(SERVER.id()));
    }

    @Test
    void whatTheMasterRefusesIsHeardWithItsName() {
        master.refuse(Failure.of(ErrorCode.DUPLICATE_SERVER, "server s1 lives at 10.0.0.9:7070"));
        assertFailed(
                ErrorCode.DUPLICATE_SERVER,
                "server m1: server s1 lives at 10.0.0.9:7070",
                remote.register(REGISTRATION));
        master.refuse(Failure.of(ErrorCode.NOT_REGISTERED, "unknown"));
        assertFailed(
                ErrorCode.NOT_REGISTERED,
                "unknown",
                remote.report(new ChunkReport(SERVER, ChunkReport.Kind.CHANGES, List.of(), List.of())));
    }

    @Test
    void whereNoMasterListensIsSaidWhatDoes() throws IOException {
        try (Cluster cluster = new Cluster(root, this::newTransport);
                MasterClient client = new MasterClient(
                        transport, List.of(cluster.start("a", 0, ChunkServerConfig.DEFAULT)), config());
                RemoteMaster wrong = new RemoteMaster(transport, cluster.address("a"), PATIENT)) {
            String words = "at " + cluster.address("a") + " listens chunk server a, which is no master";
            assertFailed(ErrorCode.PROTOCOL_ERROR, words, wrong.heartbeat(HEARTBEAT));
            assertFailed(ErrorCode.PROTOCOL_ERROR, words, client::status);
        }
        endpoint.close();
        assertFailed(ErrorCode.UNREACHABLE, "master at " + endpoint.address(), remote.heartbeat(HEARTBEAT));
    }

    @Test
    void aRequestForTheOtherIsRefusedAndTheConnectionStays() throws Exception {
        try (Cluster cluster = new Cluster(root, this::newTransport)) {
            cluster.start("a", 0, ChunkServerConfig.DEFAULT);
            try (RawPeer peer = RawPeer.greet(transport, cluster.address("a"))) {
                peer.request(1, "{\"op\":\"cluster_status\",\"timeoutMillis\":1000}");
                assertThat(peer.refusal(1).describe())
                        .isEqualTo("server a: chunk server a listens at " + cluster.address("a")
                                + ", which is no master and takes no requests for one; give the address of a master");
                peer.assertStillServed(2);
            }
        }
        try (RawPeer peer = RawPeer.greet(transport, endpoint.address())) {
            peer.request(1, "{\"op\":\"status\",\"timeoutMillis\":1000}");
            Failure why = peer.refusal(1);
            assertThat(why.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
            assertThat(why.describe())
                    .startsWith("server m1: a master listens at " + endpoint.address() + ", which keeps no chunks")
                    .contains("ask the master which servers have the chunk");
            peer.request(2, "{\"op\":\"cluster_status\",\"timeoutMillis\":1000}");
            assertThat(peer.answer(2)).isNotNull();
        }
    }

    @Test
    void aMasterSaysWhatItIsAndIsTakenForNoMember() throws IOException {
        try (ChunkClient client = new ChunkClient(transport, ClientConfig.DEFAULT);
                RemoteReplicas replicas = new RemoteReplicas(transport, ReplicasConfig.DEFAULT)) {
            assertThat(client.identify(endpoint.address()).role()).isEqualTo(ServerRole.MASTER);
            assertThat(client.identify(endpoint.address()).serverId()).isEqualTo(new ServerId("m1"));
            assertFailed(
                    ErrorCode.PROTOCOL_ERROR,
                    "listens master m1, which is no chunk server",
                    replicas.identify(endpoint.address().toString()));
            assertFailed(ErrorCode.PROTOCOL_ERROR, "keeps no chunks", () -> client.status(endpoint.address()));
        }
    }

    @Test
    void aMasterThatDoesNotAnswerIsNotWaitedForLongerThanAsked() throws Exception {
        master.fallSilent();
        try (RawPeer peer = RawPeer.greet(transport, endpoint.address())) {
            peer.request(1, "{\"op\":\"cluster_status\",\"timeoutMillis\":50}");
            assertThat(peer.refusal(1).code()).isEqualTo(ErrorCode.TIMEOUT);
        }
    }

    @Test
    void aMasterWithoutAUsableNameIsNotOpened() {
        assertFailed(
                ErrorCode.INVALID_ARGUMENT,
                "server id",
                () -> MasterEndpoint.open(
                        new FakeMaster("no name"), transport, ANY_PORT, null, EndpointConfig.DEFAULT));
    }

    // A client of several masters

    @Test
    void mastersAreTriedInTurnUntilOneKnows() throws IOException {
        FakeMaster second = new FakeMaster("m2");
        second.holders(MEMBER);
        ServerAddress gone = endpoint.address();
        try (MasterEndpoint other = MasterEndpoint.open(second, transport, ANY_PORT, null, EndpointConfig.DEFAULT);
                MasterClient client = new MasterClient(transport, List.of(gone, other.address()), config())) {
            assertThat(client.locate(CHUNK).members()).containsExactly(MEMBER);
            assertThat(master.told())
                    .as("what the first was asked, which knows nothing")
                    .hasSize(1);
            assertThat(client.locate(CHUNK).members()).containsExactly(MEMBER);
            assertThat(master.told()).as("after the other had answered").hasSize(1);
            second.holders();
            endpoint.close();
            assertThatThrownBy(() -> client.locate(CHUNK))
                    .isInstanceOfSatisfying(
                            ChunkServerException.class,
                            thrown -> assertThat(thrown.code()).isEqualTo(ErrorCode.CHUNK_NOT_FOUND))
                    .hasMessageContaining("none of 2 masters has the answer")
                    .hasMessageContaining("master at " + other.address() + ": server m2: nobody has chunk dir/file#0")
                    .hasMessageContaining("master at " + gone);
        }
    }

    @Test
    void aClientListsAllPagesAndPlaces() throws IOException {
        List<ListedChunk> chunks = IntStream.range(0, 2500)
                .mapToObj(i -> new ListedChunk(info(i), 1))
                .toList();
        master.chunks(chunks);
        master.holders(MEMBER);
        try (MasterClient client = new MasterClient(transport, List.of(endpoint.address()), config())) {
            assertThat(client.list("", null, Integer.MAX_VALUE)).isEqualTo(chunks);
            assertThat(client.list("", chunks.get(9).info().id(), 1200)).isEqualTo(chunks.subList(10, 1210));
            PlacementRequest placement = new PlacementRequest(CHUNK, 5, 0, null, Set.of());
            assertThat(client.place(placement).members()).containsExactly(MEMBER);
            assertThat(client.locate(CHUNK, new Location(1, 1)).version()).isEqualTo(new ChunkVersion(7));
            assertThat(client.status().name()).isEqualTo("m1");
        }
    }

    private static ClientConfig config() {
        return ClientConfig.DEFAULT.withRetries(RetryConfig.NONE);
    }

    private static ChunkInfo info(int index) {
        return new ChunkInfo(new ChunkId("dir/file", index), new ChunkVersion(1), TRANSACTION, 0, 10, 5, 200, false);
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static void assertFailed(ErrorCode code, String words, CompletionStage<?> stage) {
        assertFailed(code, words, () -> stage.toCompletableFuture().join());
    }

    private static void assertFailed(ErrorCode code, String words, ThrowingCallable call) {
        assertThatThrownBy(call)
                .satisfies(thrown ->
                        assertThat(ChunkServerException.from(thrown).code()).isEqualTo(code))
                .hasMessageContaining(words);
    }
}
