package io.chunkserver.transport.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ClusterStatus;
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
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** That every message to and from a master fits into a frame, and what is said about those that are none. */
class MasterMessagesTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final String LONGEST_PATH = "\"".repeat(ChunkId.MAX_PATH_BYTES);
    private static final TransactionId TRANSACTION = new TransactionId("c".repeat(64), Long.MAX_VALUE, Long.MAX_VALUE);
    private static final Incarnation SERVER = server("s".repeat(64));

    // Reports

    @ParameterizedTest
    @EnumSource(ChunkReport.Kind.class)
    void aReportIsCutIntoPartsThatFitAndSayTheSame(ChunkReport.Kind kind) throws Exception {
        List<ChunkInfo> present = IntStream.range(0, kind == ChunkReport.Kind.CHANGES ? 500 : 1000)
                .mapToObj(MasterMessagesTest::longest)
                .toList();
        List<ChunkId> absent = kind == ChunkReport.Kind.CHANGES
                ? IntStream.range(500, 1000).mapToObj(i -> longest(i).id()).toList()
                : List.of();
        List<ChunkReport> sent = new ArrayList<>();
        for (ChunkReport part : MasterRequest.Report.fitting(new ChunkReport(SERVER, kind, present, absent, 9))) {
            Request request = new MasterRequest.Report(part, TIMEOUT);
            assertThat(Messages.request(Messages.request(1, request))).isEqualTo(request);
            sent.add(part);
        }
        assertThat(sent).hasSizeGreaterThan(10).extracting(ChunkReport::number).containsOnly(9L);
        assertThat(sent.stream().flatMap(part -> part.present().stream())).containsExactlyElementsOf(present);
        assertThat(sent.stream().flatMap(part -> part.absent().stream())).containsExactlyElementsOf(absent);
        ChunkReport.Kind between = kind == ChunkReport.Kind.CHANGES ? kind : ChunkReport.Kind.PART;
        assertThat(sent.get(0).kind()).isEqualTo(kind == ChunkReport.Kind.START ? kind : between);
        assertThat(sent.get(sent.size() - 1).kind()).isEqualTo(kind == ChunkReport.Kind.END ? kind : between);
        assertThat(sent.subList(1, sent.size() - 1))
                .extracting(ChunkReport::kind)
                .containsOnly(between);
    }

    @ParameterizedTest
    @EnumSource(ChunkReport.Kind.class)
    void aReportThatFitsIsNotCut(ChunkReport.Kind kind) {
        ChunkReport empty = new ChunkReport(SERVER, kind, List.of(), List.of());
        ChunkReport short1 = new ChunkReport(SERVER, kind, List.of(longest(1)), List.of());
        assertThat(MasterRequest.Report.fitting(empty)).containsExactly(empty);
        assertThat(MasterRequest.Report.fitting(short1)).containsExactly(short1);
    }

    @Test
    void theLongestOfTheOtherRequestsFit() throws Exception {
        for (Request longest : List.of(
                new MasterRequest.Register(registration(SERVER), TIMEOUT),
                new MasterRequest.Heartbeat(heartbeat(SERVER), TIMEOUT),
                new MasterRequest.Place(
                        new PlacementRequest(
                                longest(1).id(),
                                Long.MAX_VALUE,
                                PlacementRequest.MAX_COPIES,
                                farAway(),
                                IntStream.range(0, PlacementRequest.MAX_COPIES)
                                        .mapToObj(i -> new ServerId("s".repeat(62) + (char) ('a' + i)))
                                        .collect(Collectors.toSet())),
                        TIMEOUT))) {
            assertThat(Messages.request(Messages.request(1, longest))).isEqualTo(longest);
        }
    }

    // Answers

    @Test
    void theMostUrgentOrdersThatFitAreGiven() throws Exception {
        List<Order> orders = IntStream.range(0, HeartbeatReply.MAX_ORDERS)
                .<Order>mapToObj(i -> new Order.Copy(
                        longest(i).id(),
                        new ChunkVersion(Long.MAX_VALUE),
                        TRANSACTION,
                        true,
                        Collections.nCopies(Order.MAX_SERVERS, member(SERVER))))
                .toList();
        MasterResponse.Heartbeat fitting = MasterResponse.Heartbeat.fitting(new HeartbeatReply(true, orders));
        assertThat(fitting.reply().orders()).hasSizeBetween(20, HeartbeatReply.MAX_ORDERS - 1);
        assertThat(orders).startsWith(fitting.reply().orders().toArray(Order[]::new));
        assertThat(Messages.response(Messages.response(1, fitting))).isEqualTo(fitting);
    }

    @Test
    void theNearestServersThatFitAreNamed() throws Exception {
        List<Member> members = Collections.nCopies(2000, member(SERVER));
        MasterResponse.Copies fitting = MasterResponse.Copies.fitting(
                new ChunkCopies(longest(1).id(), new ChunkVersion(Long.MAX_VALUE), members));
        assertThat(fitting.copies().members()).hasSizeBetween(100, 1999);
        assertThat(Messages.response(Messages.response(1, fitting))).isEqualTo(fitting);
    }

    @Test
    void thePlacementOfAMasterThatDoesNotTellItsEpochIsRead() throws Exception {
        ChunkCopies placed = new ChunkCopies(new ChunkId("a", 0), new ChunkVersion(1), List.of(member(server("b"))), 7);
        MasterResponse.Copies fitting = MasterResponse.Copies.fitting(placed);
        assertThat(fitting.copies()).isEqualTo(placed);
        String json = StandardCharsets.UTF_8
                .decode(Messages.response(1, fitting).header())
                .toString();
        assertThat(json).endsWith("],\"epoch\":7}");
        Response older = Messages.response(frame(FrameType.RESPONSE, json.replace(",\"epoch\":7", "")));
        assertThat(((MasterResponse.Copies) older).copies())
                .isEqualTo(new ChunkCopies(placed.chunk(), placed.version(), placed.members()));
    }

    @Test
    void aPageOfTheClustersChunksHoldsWhatFits() throws Exception {
        List<ListedChunk> found = IntStream.range(0, 1000)
                .mapToObj(i -> new ListedChunk(longest(i), Integer.MAX_VALUE))
                .toList();
        MasterResponse.ClusterChunks page = MasterResponse.ClusterChunks.fitting(found);
        assertThat(page.chunks()).hasSizeBetween(100, 999);
        assertThat(Messages.response(Messages.response(1, page))).isEqualTo(page);
    }

    @Test
    void theServersOfAFullClusterComeInPages() throws Exception {
        List<MemberStatus> members = IntStream.range(0, ClusterStatus.MAX_MEMBERS)
                .mapToObj(i -> server("s".repeat(60) + String.format("%04d", i)))
                .map(server -> new MemberStatus(
                        registration(server),
                        MemberStatus.Liveness.SUSPECT,
                        heartbeat(server),
                        Long.MAX_VALUE - Integer.MAX_VALUE,
                        Integer.MAX_VALUE,
                        Integer.MAX_VALUE))
                .collect(Collectors.toList());
        List<MemberStatus> inOrder = List.copyOf(members);
        Collections.reverse(members);
        ClusterStatus whole = new ClusterStatus("m".repeat(64), Duration.ofDays(400), 3, members, 1000, 10, 2, 1);
        List<MemberStatus> told = new ArrayList<>();
        int pages = 0;
        boolean more = true;
        while (more) {
            ServerId after = told.isEmpty()
                    ? null
                    : told.get(told.size() - 1).registration().server().id();
            MasterResponse.ClusterStatus page = MasterResponse.ClusterStatus.fitting(whole, after);
            assertThat(Messages.response(Messages.response(1, page))).isEqualTo(page);
            assertThat(page.status().withMembers(members)).isEqualTo(whole);
            told.addAll(page.status().members());
            more = page.more();
            pages++;
        }
        assertThat(told).containsExactlyElementsOf(inOrder);
        assertThat(pages).isBetween(2, 20);
    }

    @Test
    void aMasterThatDoesNotTellDeletionsApartCountsThemAmongTheCopies() throws Exception {
        MemberStatus status = new MemberStatus(registration(SERVER), MemberStatus.Liveness.DEAD, null, 3, 2, 0);
        Frame sent = Messages.response(
                1,
                MasterResponse.ClusterStatus.fitting(
                        new ClusterStatus("m", Duration.ZERO, 3, List.of(status), 3, 0, 0, 0), null));
        String json = StandardCharsets.UTF_8.decode(sent.header()).toString();
        assertThat(json).contains("\"copies\":5,\"tombstones\":2,");
        Response older = Messages.response(frame(FrameType.RESPONSE, json.replace("\"tombstones\":2,", "")));
        MemberStatus read =
                ((MasterResponse.ClusterStatus) older).status().members().get(0);
        assertThat(read.copies()).isEqualTo(5);
        assertThat(read.tombstones()).isZero();
    }

    @Test
    void aMasterThatDoesNotTellWhatIsStaleOrWhetherItIsSettledIsTakenForSettled() throws Exception {
        ClusterStatus unsettled = new ClusterStatus("m", Duration.ZERO, 3, List.of(), 3, 0, 0, 0, 7, false, true, 0);
        String json = StandardCharsets.UTF_8
                .decode(Messages.response(1, MasterResponse.ClusterStatus.fitting(unsettled, null))
                        .header())
                .toString();
        assertThat(json).contains("\"stale\":7,\"settled\":false,");
        Response older =
                Messages.response(frame(FrameType.RESPONSE, json.replace("\"stale\":7,\"settled\":false,", "")));
        ClusterStatus read = ((MasterResponse.ClusterStatus) older).status();
        assertThat(read.stale()).isZero();
        assertThat(read.settled()).isTrue();
    }

    @Test
    void anOrderOfALaterVersionIsPassedOver() throws Exception {
        String known = "{\"order\":\"remove\",\"chunk\":\"a#0\",\"version\":1,\"transaction\":\"c:1:1\","
                + "\"servers\":[{\"id\":\"b\",\"address\":\"h:1\",\"x\":0,\"y\":0}]}";
        Response read = Messages.response(frame(
                FrameType.RESPONSE,
                "{\"kind\":\"heartbeat\",\"registered\":true,\"orders\":[{\"order\":\"polish\"}," + known + "]}"));
        assertThat(((MasterResponse.Heartbeat) read).reply().orders())
                .singleElement()
                .isInstanceOf(Order.Remove.class);
    }

    // What is none

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"op\":\"register\"}                            | field \"timeoutMillis\" of request is missing",
                "{\"op\":\"register\",\"timeoutMillis\":1}        | field \"serverId\" of request is missing",
                "{\"op\":\"heartbeat\",\"timeoutMillis\":1,\"serverId\":\"a\",\"uuid\":7} | field \"uuid\" of request must be a text",
                "{\"op\":\"locate\",\"timeoutMillis\":1,\"chunk\":\"a#0\",\"near\":7}     | field \"near\" of request must be an object",
                "{\"op\":\"locate\",\"timeoutMillis\":1,\"chunk\":\"a#0\",\"near\":{\"x\":1}} | field \"y\" of \"near\" of request is missing",
                "{\"op\":\"place\",\"timeoutMillis\":1,\"chunk\":\"a#0\",\"lengthBytes\":1.5} | field \"lengthBytes\" of request must be a whole",
                "{\"op\":\"cluster_chunks\",\"timeoutMillis\":1,\"prefix\":1}             | field \"prefix\" of request must be a text",
                "{\"op\":\"cluster_status\",\"timeoutMillis\":1,\"after\":1}              | field \"after\" of request must be a text",
                "{\"op\":\"holds\",\"timeoutMillis\":1,\"chunk\":\"a#0\",\"version\":\"1\"} | field \"version\" of request must be a whole",
                "{\"op\":\"fetch\",\"timeoutMillis\":1,\"chunk\":\"a#0\",\"version\":1}   | field \"offset\" of request is missing"
            })
    void whatIsNoRequestIsAProtocolErrorThatNamesTheField(String json, String expected) {
        assertRefused(json, ErrorCode.PROTOCOL_ERROR, expected);
    }

    @Test
    void aReportOfAnUnknownKindIsAProtocolError() {
        assertRefused(report("gossip", "[]", "[]"), ErrorCode.PROTOCOL_ERROR, "unknown word \"gossip\"");
    }

    @Test
    void valuesOutOfTheirRangeAreTheCallersMistake() {
        assertRefused(report("start", "[]", "[\"a#0\"]"), ErrorCode.INVALID_ARGUMENT, "names absent chunks");
        assertRefused(report("part", "[]", "[\"a#x\"]"), ErrorCode.INVALID_ARGUMENT, "a#x");
        assertRefused(
                report("changes", "[]", "[" + "\"a#0\",".repeat(1000) + "\"a#0\"]"),
                ErrorCode.INVALID_ARGUMENT,
                "1001 chunks; at most 1000");
        assertRefused(
                "{\"op\":\"place\",\"timeoutMillis\":1,\"chunk\":\"a#0\",\"lengthBytes\":1,\"copies\":17,"
                        + "\"excluded\":[]}",
                ErrorCode.INVALID_ARGUMENT,
                "field \"copies\" of request is 17; it must be within 0 to 16");
        assertRefused(
                "{\"op\":\"place\",\"timeoutMillis\":1,\"chunk\":\"a#0\",\"lengthBytes\":-1,\"copies\":1,"
                        + "\"excluded\":[]}",
                ErrorCode.INVALID_ARGUMENT,
                "length -1 of chunk a#0 is below 0");
        assertRefused(
                "{\"op\":\"cluster_chunks\",\"timeoutMillis\":1,\"prefix\":\"\",\"limit\":1001}",
                ErrorCode.INVALID_ARGUMENT,
                "\"limit\" of request is 1001");
        assertRefused(
                "{\"op\":\"fetch\",\"timeoutMillis\":1,\"chunk\":\"a#0\",\"version\":1,\"offset\":-1}",
                ErrorCode.INVALID_ARGUMENT,
                "offset -1 of chunk a#0 is below 0");
    }

    @Test
    void aServerThatDoesNotSayWhatItIsIsAChunkServer() throws Exception {
        String hello = "{\"version\":1,\"serverId\":\"a\",\"uuid\":\"00000000-0000-0001-0000-000000000001\","
                + "\"address\":\"h:1\",\"x\":0,\"y\":0,\"chunkSizeLimitBytes\":1,\"software\":\"old/1\"}";
        assertThat(Messages.serverHello(frame(FrameType.HELLO, hello)).role()).isEqualTo(ServerRole.SERVER);
    }

    private static void assertRefused(String json, ErrorCode code, String words) {
        assertThatThrownBy(() -> Messages.request(frame(FrameType.REQUEST, json)))
                .isInstanceOfSatisfying(
                        ChunkServerException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    private static String report(String kind, String present, String absent) {
        return "{\"op\":\"report\",\"timeoutMillis\":1,\"serverId\":\"a\","
                + "\"uuid\":\"00000000-0000-0001-0000-000000000001\",\"bootCount\":1,\"kind\":\"" + kind
                + "\",\"present\":" + present + ",\"absent\":" + absent + "}";
    }

    private static Frame frame(FrameType type, String json) {
        return Frame.of(type, 1, ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static ChunkInfo longest(int index) {
        return new ChunkInfo(
                new ChunkId(LONGEST_PATH, index),
                new ChunkVersion(Long.MAX_VALUE),
                TRANSACTION,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                -1,
                Long.MAX_VALUE,
                false);
    }

    private static Incarnation server(String name) {
        return new Incarnation(new ServerId(name), new UUID(-1, -1), Long.MAX_VALUE);
    }

    private static Location farAway() {
        return new Location(-1.0 / 3, -Double.MAX_VALUE);
    }

    private static Member member(Incarnation server) {
        return new Member(server.id(), "\0".repeat(255), farAway());
    }

    private static Registration registration(Incarnation server) {
        return new Registration(
                server,
                member(server),
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                Duration.ofMillis(Long.MAX_VALUE));
    }

    private static Heartbeat heartbeat(Incarnation server) {
        return new Heartbeat(
                server,
                farAway(),
                ServerState.READ_ONLY,
                "\0".repeat(Heartbeat.MAX_REASON_CHARACTERS),
                new SpaceSnapshot(Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE);
    }
}
