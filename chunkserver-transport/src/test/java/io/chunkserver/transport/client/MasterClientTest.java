package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import io.chunkserver.transport.server.EndpointConfig;
import io.chunkserver.transport.server.MasterEndpoint;
import io.chunkserver.transport.testkit.FakeMaster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a client waits for a master that does not know yet what there is. */
class MasterClientTest {

    private static final ChunkId CHUNK = new ChunkId("dir/file", 0);
    private static final Member MEMBER = new Member(new ServerId("s1"), "h:1", Location.ORIGIN);
    private static final PlacementRequest PLACEMENT = new PlacementRequest(CHUNK, 1, 1, null, Set.of());
    private static final Failure STARTING = Failure.of(ErrorCode.MASTER_STARTING, "it was started a moment ago");

    /** More than any number of retries of a client. */
    private static final int MANY = 50;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** No failure is retried but that which passes by itself. */
    private static final ClientConfig CONFIG = ClientConfig.DEFAULT
            .withRequestTimeout(PATIENCE)
            .withTransferTimeout(PATIENCE)
            .withRetries(new RetryConfig(0, Duration.ofMillis(1), Duration.ofMillis(1)));

    private final FakeMaster master = new FakeMaster("m1");
    private final Transport transport = new LoopbackTransport(new LoopbackNetwork(ForkJoinPool.commonPool()));
    private MasterEndpoint endpoint;
    private MasterClient client;

    @BeforeEach
    void start() throws IOException {
        endpoint =
                MasterEndpoint.open(master, transport, new ServerAddress("127.0.0.1", 0), null, EndpointConfig.DEFAULT);
        client = client(CONFIG);
        master.holders(MEMBER);
    }

    private MasterClient client(ClientConfig config) {
        return new MasterClient(transport, List.of(endpoint.address()), config);
    }

    @AfterEach
    void close() {
        client.close();
        endpoint.close();
        transport.close();
    }

    @Test
    void whoLooksForAChunkWaitsForAMasterThatWasJustStarted() throws IOException {
        master.refuseNext(MANY, STARTING);
        assertThat(client.locate(CHUNK).members()).containsExactly(MEMBER);
    }

    @Test
    void whoListsChunksWaitsForIt() throws IOException {
        ListedChunk listed = new ListedChunk(Answers.info(CHUNK, 1, new byte[0]), 1);
        master.chunks(List.of(listed));
        master.refuseNext(MANY, STARTING);
        assertThat(client.list("", null, 10)).containsExactly(listed);
    }

    @Test
    void whoStoresWaitsForItIfHeSaysSo() throws IOException {
        master.refuseNext(MANY, STARTING);
        assertFails(ErrorCode.MASTER_STARTING, () -> client.place(PLACEMENT));
        assertThat(client.place(PLACEMENT, PATIENCE).members()).containsExactly(MEMBER);
    }

    @Test
    void oneThatDoesNotGetToKnowIsNotWaitedForForEver() {
        master.refuse(STARTING);
        try (MasterClient hasty = client(CONFIG.withTransferTimeout(Duration.ofMillis(50)))) {
            assertFails(ErrorCode.MASTER_STARTING, () -> hasty.locate(CHUNK));
        }
    }

    @Test
    void whatItKnowsIsBelievedAtOnce() {
        master.refuseNext(MANY, Failure.of(ErrorCode.CHUNK_NOT_FOUND, "no server has it"));
        assertFails(ErrorCode.CHUNK_NOT_FOUND, () -> client.locate(CHUNK));
        assertThat(master.toRefuse()).isEqualTo(MANY - 1);
    }

    @Test
    void whatOneOfThemKnowsForCertainIsBelievedThoughAnotherIsStarting() throws IOException {
        FakeMaster starting = new FakeMaster("m2");
        try (MasterEndpoint first = MasterEndpoint.open(
                        starting, transport, new ServerAddress("127.0.0.1", 0), null, EndpointConfig.DEFAULT);
                MasterClient both = new MasterClient(transport, List.of(first.address(), endpoint.address()), CONFIG)) {
            starting.holders(MEMBER);
            starting.refuseNext(1, STARTING);
            master.refuse(Failure.of(ErrorCode.CHUNK_NOT_FOUND, "no server has it"));
            assertFails(ErrorCode.CHUNK_NOT_FOUND, () -> both.locate(CHUNK));
        }
    }

    private static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThatExceptionOfType(ChunkServerException.class)
                .isThrownBy(call)
                .satisfies(thrown -> assertThat(thrown.code()).isEqualTo(code));
    }
}
