package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.FrameType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a server does about frames that come out of turn: it says what is wrong, ends that connection, and keeps nothing. */
abstract class BadConversationContract extends ThreeServersFixture {

    private static final int BLOCK = 65_536;

    /** More than all buffers of a connection together, those of the system included. */
    private static final int LARGE = 24 << 20;

    /** What the answer to a read has beside its blocks, and the word at the end. */
    private static final int FRAMES_BESIDE_BLOCKS = 3;

    @Override
    ChunkServerConfig config() {
        return super.config().withChunkSizeLimitBytes(LARGE);
    }

    @Test
    void aRequestBeforeAHelloEndsTheConnection() throws Exception {
        RawPeer peer = silentPeer();
        peer.request(1, storeOnAll("x#0", 10));
        assertSentAway(peer, "a request came before a hello");
    }

    @Test
    void aHelloInAnotherVersionEndsTheConnectionAndSaysWhichIsSpoken() throws Exception {
        RawPeer peer = silentPeer();
        peer.send(FrameType.HELLO, 0, "{\"versions\":[2,3],\"role\":\"client\",\"software\":\"raw/1\"}");
        assertSentAway(peer, "version 1 of the protocol is spoken here, the client speaks [2, 3]");
    }

    @Test
    void aHelloThatIsNoneEndsTheConnection() throws Exception {
        for (String hello : List.of(
                "{}",
                "nonsense",
                "{\"versions\":[],\"role\":\"client\",\"software\":\"raw/1\"}",
                "{\"versions\":[1],\"role\":\"king\",\"software\":\"raw/1\"}")) {
            RawPeer peer = silentPeer();
            peer.send(FrameType.HELLO, 0, hello);
            assertSentAway(peer, "hello");
        }
    }

    @Test
    void aSecondHelloEndsTheConnection() throws Exception {
        RawPeer peer = peer();
        peer.send(FrameType.HELLO, 0, "{\"versions\":[1],\"role\":\"client\",\"software\":\"raw/1\"}");
        assertSentAway(peer, "a hello came twice");
    }

    @Test
    void framesThatOnlyAServerSendsEndTheConnection() throws Exception {
        for (FrameType type : List.of(FrameType.RESPONSE, FrameType.ERROR)) {
            RawPeer peer = peer();
            peer.send(type, 1, "{}");
            assertSentAway(peer, "a client does not send " + type + " frames");
        }
    }

    @Test
    void aRequestIdThatIsUsedAgainEndsTheConnection() throws Exception {
        for (int id : new int[] {5, 4, 0}) {
            RawPeer peer = peer();
            peer.assertStillServed(5);
            peer.request(id, storeOnAll("x#0", 10));
            assertSentAway(peer, "request " + id + " came after request 5");
        }
    }

    @Test
    void aRequestWhileAnotherIsOpenEndsTheConnectionAndTheStore() throws Exception {
        for (int id : new int[] {1, 2}) {
            RawPeer peer = peer();
            peer.request(1, storeOnAll("x#" + id, 5 * BLOCK));
            peer.send(block(1, BLOCK));
            peer.request(id, storeOnAll("y#0", 10));
            assertSentAway(peer, "request " + id + " came while request 1 is not over");
        }
    }

    @Test
    void aHelloInTheMiddleOfAStoreEndsBoth() throws Exception {
        RawPeer peer = peer();
        peer.request(1, storeOnAll("x#0", 5 * BLOCK));
        peer.send(block(1, BLOCK));
        peer.send(FrameType.HELLO, 0, "{\"versions\":[1],\"role\":\"client\",\"software\":\"raw/1\"}");
        assertSentAway(peer, "a hello came twice");
    }

    @Test
    void aClientThatTakesNothingAndGoesOnToSendEndsItsConnectionAndKeepsNothingThere() throws Exception {
        keep("large#0", LARGE);
        int before = accepted.open();
        RawPeer peer = peer();
        peer.stopReading();
        peer.request(
                1,
                "{\"op\":\"read\",\"chunk\":\"large#0\",\"offset\":0,\"mode\":\"committed\",\"timeoutMillis\":600000}");
        await("blocks wait for the client").until(() -> accepted.unsentBytes() > 0);
        for (int hello = 0; hello < 1_000; hello++) {
            peer.send(FrameType.HELLO, 0, "{\"versions\":[1],\"role\":\"client\",\"software\":\"raw/1\"}");
        }
        await("the client is given up, and what was kept for it is free")
                .until(() -> accepted.open() <= before && accepted.unsentBytes() == 0);
        assertThat(accepted.mostUnsentFramesOfOne())
                .isLessThanOrEqualTo(EndpointConfig.DEFAULT.unsentBlocks() + FRAMES_BESIDE_BLOCKS);
    }

    private static void assertSentAway(RawPeer peer, String words) throws Exception {
        Failure why = peer.assertSentAway();
        assertFailure(why, ErrorCode.PROTOCOL_ERROR, words);
        assertThat(why.server()).hasValue(new ServerId("a"));
    }
}
