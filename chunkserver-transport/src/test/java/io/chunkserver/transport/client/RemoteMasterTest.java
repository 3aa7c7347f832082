package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ScriptedServer.Script;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.MasterRequest;
import io.chunkserver.transport.protocol.MasterResponse;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Response;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerRole;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a request when a master answers oddly, late or not at all, and how each of these reads. */
class RemoteMasterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Long enough for all frames to be delivered before a timer that is set to it. */
    private static final Duration SHORT = Duration.ofMillis(500);

    private static final ServerAddress ADDRESS = new ServerAddress("master", 1);
    private static final Incarnation SERVER = new Incarnation(new ServerId("s1"), new UUID(1, 2), 3);

    private final SteppedNetwork network = new SteppedNetwork();
    private final ScriptedServer server = new ScriptedServer(network.transport(), ADDRESS, "m1");
    private final RemoteMaster master =
            new RemoteMaster(network.transport(), ADDRESS, new RemoteMasterConfig(PATIENCE, SHORT, PoolConfig.DEFAULT));

    @BeforeEach
    void answerAsAMaster() {
        server.greet(() -> Messages.hello(new ServerHello(
                ServerRole.MASTER,
                FrameFormat.VERSION,
                new ServerId("m1"),
                new UUID(1, 2),
                null,
                ADDRESS,
                Location.ORIGIN,
                0,
                "scripted/1")));
    }

    @AfterEach
    void close() {
        master.close();
    }

    /** A second END without a START would make the master forget all that the first one ended. */
    @Test
    void theEndOfAFullReportIsNeverSentTwice() {
        server.then(Script.answer(request -> new Response.Done()), Script.cutAtOnce());
        network.done(master.report(report(ChunkReport.Kind.START, 1)));
        assertThat(network.failed(master.report(report(ChunkReport.Kind.END, 1)), ErrorCode.UNREACHABLE))
                .hasMessageContaining("master at master:1");
        assertThat(server.requests()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"CHANGES", "START", "PART"})
    void anotherPartGoesOutAgainWhenItsConnectionHadDied(ChunkReport.Kind kind) {
        server.then(
                Script.answer(request -> new Response.Done()),
                Script.cutAtOnce(),
                Script.answer(request -> new Response.Done()));
        network.done(master.report(report(ChunkReport.Kind.START, 1)));
        network.done(master.report(report(kind, 1)));
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void afterAPartThatFailedNoFurtherIsSent() {
        server.then(
                Script.answer(request -> new Response.Done()),
                Script.refuse(ErrorCode.NOT_REGISTERED),
                Script.answer(request -> new Response.Done()));
        assertThat(network.failed(master.report(report(ChunkReport.Kind.END, 1000)), ErrorCode.NOT_REGISTERED))
                .hasMessageContaining("as the script says");
        assertThat(server.requests(MasterRequest.Report.class))
                .hasSize(2)
                .extracting(request -> request.report().kind())
                .containsOnly(ChunkReport.Kind.PART);
    }

    @Test
    void anAnswerToAnotherQuestionIsAProtocolError() {
        server.then(Script.answer(request -> new Response.Held(true)));
        assertThat(network.failed(master.status(), ErrorCode.PROTOCOL_ERROR))
                .hasMessage("master at master:1 answered with Held");
    }

    @Test
    void aMasterThatIsSilentIsNamed() {
        server.then(Script.answer(request -> new Response.Done()), Script.silent());
        // The greeting is over then: one that does not come in time is another failure.
        network.done(master.report(report(ChunkReport.Kind.START, 1)));
        assertThat(network.failed(master.status(), ErrorCode.TIMEOUT))
                .hasMessage("master at master:1 did not answer within 500 ms");
    }

    @Test
    void aMasterThatGoesAwayIsNamed() {
        server.then(Script.cutAtOnce());
        assertThat(network.failed(master.status(), ErrorCode.UNREACHABLE)).hasMessageStartingWith("master at master:1");
    }

    @Test
    void anotherVersionIsToldApart() {
        server.greet(() -> Messages.error(
                0,
                Failure.of(ErrorCode.PROTOCOL_ERROR, "version 2 of the protocol is spoken here, the client speaks [1]")
                        .withHint(FrameFormat.OTHER_VERSION_HINT)));
        assertThat(network.failed(master.status(), ErrorCode.PROTOCOL_ERROR))
                .hasMessage("master at master:1: version 2 of the protocol is spoken here, the client speaks [1]; "
                        + FrameFormat.OTHER_VERSION_HINT);
    }

    @Test
    void aChunkServerThereIsToldApartAndSentNothing() {
        server.greet(() -> Messages.hello(ScriptedServer.hello(ADDRESS, "s7")));
        assertThat(network.failed(master.status(), ErrorCode.PROTOCOL_ERROR))
                .hasMessage("at master:1 listens chunk server s7, which is no master; give the address of a master");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void nobodyThereIsToldApart() {
        try (RemoteMaster nobody =
                new RemoteMaster(network.transport(), new ServerAddress("nobody", 1), RemoteMasterConfig.DEFAULT)) {
            assertThat(network.failed(nobody.status(), ErrorCode.UNREACHABLE))
                    .hasMessageContaining("master at nobody:1: nobody listens at nobody:1");
        }
    }

    @Test
    void aNameThatDoesNotResolveIsToldApart() {
        try (TcpTransport transport = new TcpTransport(TcpTransportConfig.DEFAULT);
                RemoteMaster nowhere = new RemoteMaster(
                        transport, new ServerAddress("no-such-host.invalid", 1), RemoteMasterConfig.DEFAULT)) {
            assertThatThrownBy(() -> nowhere.status().toCompletableFuture().join())
                    .hasMessageContaining("no-such-host.invalid:1 does not resolve; check the host's name");
        }
    }

    @Test
    void pagesThatDoNotGoOnAreNotAskedForForEver() {
        MemberStatus one = new MemberStatus(
                new Registration(SERVER, new Member(SERVER.id(), "h:1", Location.ORIGIN), 1, 1, 1),
                MemberStatus.Liveness.LIVE,
                null,
                0,
                0,
                0);
        for (List<MemberStatus> page : List.of(List.<MemberStatus>of(), List.of(one))) {
            ClusterStatus status = new ClusterStatus("m1", Duration.ZERO, 3, page, 0, 0, 0, 0);
            server.then(Script.answer(request -> new MasterResponse.ClusterStatus(status, true)));
            assertThat(network.failed(master.status(), ErrorCode.PROTOCOL_ERROR))
                    .hasMessageContaining("said that it has more servers, and named none");
        }
    }

    @Test
    void aWrongArgumentIsToldAtOnce() {
        assertThatThrownBy(() -> master.list("", null, 0)).hasMessageContaining("limit 0");
        assertThatThrownBy(() -> master.list("x".repeat(2000), null, 1)).hasMessageContaining("prefix of 2000");
    }

    private static ChunkReport report(ChunkReport.Kind kind, int chunks) {
        List<ChunkInfo> present = IntStream.range(0, chunks)
                .mapToObj(i -> Answers.info(new ChunkId("dir/file", i), 1, new byte[0]))
                .toList();
        return new ChunkReport(SERVER, kind, present, List.of());
    }
}
