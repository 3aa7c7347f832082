package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.ChainConfig;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a server does about peers that stop in the middle: it goes on with all others, keeps a bounded part of what they do not take, and
 * gives them up after a stall timeout, by name.
 */
abstract class SlowPeerContract extends ThreeServersFixture {

    /** More than all buffers of a connection together, those of the system included. */
    private static final int LARGE = 24 << 20;

    private static final int TRANSFERS = 4;
    /** Longer than a loaded machine may leave a good client waiting for the processor. */
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(1);

    /** Far beyond the stall timeout, and the patience of a test. */
    private static final Duration LONG = Duration.ofMinutes(10);

    /** Places in a chain, which is ordered by the distance from a: b is one away from it, c two. */
    private static final double BEFORE_B = 'a' + 0.5;

    private static final double BEHIND_C = 'c' + 0.5;

    @Override
    EndpointConfig endpointConfig() {
        return EndpointConfig.DEFAULT.withStallTimeout(STALL_TIMEOUT).withMaxTransfers(TRANSFERS);
    }

    @Override
    ChunkServerConfig config() {
        return super.config()
                .withChunkSizeLimitBytes(2 * LARGE)
                .withChain(new ChainConfig(DistanceMetric.EUCLIDEAN, STALL_TIMEOUT));
    }

    @Test
    void aReaderThatTakesNothingHoldsABoundedNumberOfBlocksAndOthersReadOn() throws Exception {
        keep("large#0", LARGE);
        // With the connection that the client keeps for its reads.
        assertThat(lengthRead("large#0")).isEqualTo(LARGE);
        int before = accepted.open();
        for (int reader = 0; reader < TRANSFERS - 1; reader++) {
            RawPeer peer = peer();
            peer.stopReading();
            peer.request(1, read("large#0"));
        }
        assertThat(lengthRead("large#0")).isEqualTo(LARGE);
        await("all who take nothing are given up, and what was kept for them is free")
                .until(() -> accepted.open() <= before && accepted.unsentBytes() == 0);
        assertThat(accepted.mostUnsentBytesOfOne())
                .isLessThanOrEqualTo((long) EndpointConfig.DEFAULT.unsentBlocks() * BlockLayout.BLOCK_BYTES);
    }

    @Test
    void readersThatTakeNothingDoNotKeepOthersOutForEver() throws Exception {
        keep("large#0", LARGE);
        int before = accepted.open();
        for (int reader = 0; reader < TRANSFERS; reader++) {
            RawPeer peer = peer();
            peer.stopReading();
            peer.request(1, read("large#0"));
        }
        await("all who take nothing are given up").until(() -> accepted.open() <= before);
        assertThat(lengthRead("large#0")).isEqualTo(LARGE);
    }

    @Test
    void aWriterThatStopsInTheMiddleIsGivenUpAndItsChunkIsFree() throws Exception {
        RawPeer peer = peer();
        peer.request(1, withTimeout(storeOnAll("x#0", LARGE)));
        peer.send(block(1, BlockLayout.BLOCK_BYTES));
        peer.send(block(1, BlockLayout.BLOCK_BYTES));
        await("all members hold the chunk")
                .until(() -> List.of("a", "b", "c").stream()
                        .map(cluster::server)
                        .map(ChunkServer::transactions)
                        .noneMatch(List::isEmpty));
        keep("others#0", 100_000);

        assertFailure(peer.refusal(1), ErrorCode.TIMEOUT, "server a", "no block came for 1000 ms");
        peer.assertStillServed(2);
        cluster.assertNothingLeftBehind();
        keep("x#0", 100_000);
    }

    @Test
    void aMemberThatHearsNothingWaitsTwiceAsLongAndVotesNo() throws Exception {
        RawPeer peer = peer();
        peer.send(Messages.request(1, new Request.Prepare(prepareAfterAnother())));
        peer.send(block(1, BlockLayout.BLOCK_BYTES));

        assertThat(peer.answer(1)).isInstanceOfSatisfying(Response.Votes.class, answer -> {
            assertThat(answer.votes()).extracting(Vote::member).containsExactly(new ServerId("a"));
            assertThat(answer.votes().get(0).why()).hasValueSatisfying(why -> {
                assertThat(why.code()).isEqualTo(ErrorCode.TIMEOUT);
                assertThat(why.message()).contains("no block came for 2000 ms");
            });
        });
        peer.assertStillServed(2);
    }

    @ParameterizedTest
    @ValueSource(doubles = {BEFORE_B, BEHIND_C})
    void aMemberThatStopsReadingIsNamedAndTheStoreIsAborted(double place) throws Exception {
        try (SilentMember silent = new SilentMember(transport, "silent", place)) {
            ChunkServerException failed = aborted(LARGE, silent, Duration.ofSeconds(30));
            assertFailure(failed.failure(), ErrorCode.TIMEOUT, "server silent", "took no byte of chunk x#0");
        }
        cluster.assertNothingLeftBehind();
    }

    /** So little that it fits into the buffers on the way, where there are any: only its vote is missing then. */
    @Test
    void aMemberThatTakesAllAndNeverVotesIsNamedWhenTheTimeIsOver() throws Exception {
        try (SilentMember silent = new SilentMember(transport, "silent", BEHIND_C)) {
            ChunkServerException failed = aborted(10, silent, Duration.ofSeconds(3));
            assertFailure(failed.failure(), ErrorCode.TIMEOUT, "server silent");
        }
        cluster.assertNothingLeftBehind();
    }

    private ChunkServerException aborted(int lengthBytes, SilentMember silent, Duration timeout) {
        List<ServerAddress> replicas = List.of(silent.address(), cluster.address("b"), cluster.address("c"));
        ChunkServerException failed = catchThrowableOfType(
                ChunkServerException.class, () -> storeOnce("x#0", lengthBytes, replicas, timeout));
        assertThat(failed).as("what the client hears").isNotNull();
        assertThat(failed.failure().server()).as(failed.failure().describe()).hasValue(new ServerId("silent"));
        return failed;
    }

    private PrepareRequest prepareAfterAnother() {
        Member primary = new Member(new ServerId("primary"), "127.0.0.1:1", new Location(0, 0));
        return new PrepareRequest(
                new TransactionId("raw", System.currentTimeMillis(), 1_000_000),
                new Attempt(1, 1),
                ChunkId.parse("x#0"),
                ChunkVersion.NONE,
                0,
                false,
                LARGE,
                Attributes.NONE,
                Durability.SYNC,
                List.of(primary, cluster.server("a").self()),
                new UUID(0, 1),
                LONG);
    }

    private static String read(String chunk) {
        return withTimeout("{\"op\":\"read\",\"chunk\":\"" + chunk
                + "\",\"offset\":0,\"mode\":\"committed\",\"timeoutMillis\":10000}");
    }

    private static String withTimeout(String request) {
        return request.replace("10000}", LONG.toMillis() + "}");
    }
}
