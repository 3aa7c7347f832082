package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a server does about a store whose bytes are not what was announced, or whose client is no more: nothing is committed or kept. */
abstract class BrokenStoreContract extends ThreeServersFixture {

    private static final int BLOCK = 65_536;

    /** As many as the other tests have at a time on one server, and what they are still undoing. */
    private static final int TRANSFERS = 8;

    @Override
    EndpointConfig endpointConfig() {
        return EndpointConfig.DEFAULT.withMaxTransfers(TRANSFERS);
    }

    @Test
    void aDamagedBlockIsNamedAndNobodyKeepsTheChunk() throws Exception {
        RawPeer peer = peer();
        peer.request(1, storeOnAll("x#0", 2 * BLOCK));
        peer.send(block(1, BLOCK));
        ByteBuffer body = ByteBuffer.wrap(bytes(BLOCK));
        peer.send(Frame.data(1, body, Crc32c.of(body) ^ 1));
        assertFailure(peer.refusal(1), ErrorCode.CHECKSUM_MISMATCH, "server a", "x#0", "send it again");
        peer.assertStillServed(2);
    }

    @Test
    void moreBytesThanAnnouncedAreRefused() throws Exception {
        RawPeer peer = peer();
        peer.request(1, storeOnAll("x#0", BLOCK + 1));
        peer.send(block(1, BLOCK));
        peer.send(block(1, 2));
        assertFailure(peer.refusal(1), ErrorCode.INVALID_ARGUMENT, "x#0", (BLOCK + 1) + " bytes");
        peer.assertStillServed(2);
    }

    @Test
    void anEndThatTellsAnotherLengthIsRefused() throws Exception {
        RawPeer peer = peer();
        int id = 0;
        for (int told : new int[] {0, BLOCK - 1, BLOCK + 1}) {
            // A chunk of its own for each, since members may still be undoing the one before.
            peer.request(++id, storeOnAll("x#" + id, 2 * BLOCK));
            peer.send(block(id, BLOCK));
            peer.send(Messages.end(id, new End(told, Crc32c.of(ByteBuffer.wrap(bytes(BLOCK))))));
            assertFailure(peer.refusal(id), ErrorCode.CHECKSUM_MISMATCH, "x#" + id, told + " bytes", BLOCK + " bytes");
        }
        peer.assertStillServed(++id);
    }

    @Test
    void anEndThatTellsAnotherChecksumIsRefused() throws Exception {
        RawPeer peer = peer();
        peer.request(1, storeOnAll("x#0", 2 * BLOCK));
        peer.send(block(1, BLOCK));
        peer.send(Messages.end(1, new End(BLOCK, Crc32c.of(ByteBuffer.wrap(bytes(BLOCK))) ^ 1)));
        assertFailure(peer.refusal(1), ErrorCode.CHECKSUM_MISMATCH, "x#0");
        peer.assertStillServed(2);
    }

    @Test
    void aBlockAfterAShortOneIsRefused() throws Exception {
        RawPeer peer = peer();
        peer.request(1, storeOnAll("x#0", 2 * BLOCK));
        peer.send(block(1, 100));
        peer.send(block(1, BLOCK));
        assertFailure(peer.refusal(1), ErrorCode.PROTOCOL_ERROR, "server a", "only the last block");
        peer.assertStillServed(2);
    }

    @Test
    void aBlockWithoutBytesIsRefused() throws Exception {
        RawPeer peer = peer();
        peer.request(1, storeOnAll("x#0", 2 * BLOCK));
        peer.send(block(1, 0));
        assertFailure(peer.refusal(1), ErrorCode.PROTOCOL_ERROR, "server a", "without bytes");
        peer.assertStillServed(2);
    }

    @Test
    void anEndWithoutALengthIsRefused() throws Exception {
        RawPeer peer = peer();
        int id = 0;
        for (String end : List.of("{}", "nonsense", "{\"lengthBytes\":-1,\"crc32c\":0}")) {
            peer.request(++id, storeOnAll("x#" + id, BLOCK));
            peer.send(FrameType.END, id, end);
            assertFailure(peer.refusal(id), ErrorCode.PROTOCOL_ERROR, "server a");
        }
        peer.assertStillServed(++id);
    }

    @Test
    void blocksOutOfOrderDoNotMakeTheChunkOfTheEnd() throws Exception {
        byte[] one = bytes(BLOCK);
        byte[] two = new byte[BLOCK];
        int whole = Crc32c.combine(Crc32c.of(ByteBuffer.wrap(one)), Crc32c.of(ByteBuffer.wrap(two)), BLOCK);
        RawPeer peer = peer();
        peer.request(1, storeOnAll("x#0", 2 * BLOCK));
        peer.send(Frame.data(1, ByteBuffer.wrap(two), Crc32c.of(ByteBuffer.wrap(two))));
        peer.send(Frame.data(1, ByteBuffer.wrap(one), Crc32c.of(ByteBuffer.wrap(one))));
        peer.send(Messages.end(1, new End(2 * BLOCK, whole)));
        assertFailure(peer.refusal(1), ErrorCode.CHECKSUM_MISMATCH, "x#0");
        peer.assertStillServed(2);
    }

    @Test
    void aMemberWithoutSpaceIsNamedWithWhatItHas() throws Exception {
        long roomBytes = 200_000;
        cluster.stop("b");
        var b = cluster.start("b", 'b', config().withSpaceLimitBytes(roomBytes));
        long availableBytes = cluster.server("b").status().space().availableBytes();
        assertThat(availableBytes).isBetween(1L, roomBytes);
        RawPeer peer = peer();
        peer.request(1, store("x#0", 500_000, b, cluster.address("c")));
        Failure why = peer.refusal(1);
        assertFailure(
                why,
                ErrorCode.INSUFFICIENT_SPACE,
                "server b",
                availableBytes + " bytes are available",
                "delete chunks");
        assertThat(why.availableBytes()).hasValue(availableBytes);
        assertThat(why.server()).hasValue(new ServerId("b"));
        peer.assertStillServed(2);
        cluster.stop("b");
        cluster.start("b", 'b', config());
    }

    @Test
    void clientsThatVanishInTheMiddleLeaveNothing() throws Exception {
        List<RawPeer> writers = new ArrayList<>();
        for (int writer = 0; writer < TRANSFERS; writer++) {
            RawPeer peer = peer();
            peer.request(1, farFromOver(storeOnAll("x#" + writer, 5 * BLOCK)));
            peer.send(block(1, BLOCK));
            peer.send(block(1, BLOCK));
            writers.add(peer);
        }
        await("all members hold the chunks")
                .until(() -> List.of("a", "b", "c").stream()
                        .map(cluster::server)
                        .map(server -> server.transactions().size())
                        .allMatch(open -> open >= TRANSFERS));
        writers.forEach(RawPeer::close);
    }

    @Test
    void aReaderThatVanishesInTheMiddleLeavesNothing() throws Exception {
        keep("large#0", (int) CHUNK_SIZE_LIMIT_BYTES);
        int before = accepted.open();
        List<RawPeer> readers = new ArrayList<>();
        for (int reader = 0; reader < TRANSFERS; reader++) {
            RawPeer peer = peer();
            peer.stopReading();
            peer.request(
                    1,
                    farFromOver("{\"op\":\"read\",\"chunk\":\"large#0\",\"offset\":0,\"mode\":\"committed\","
                            + "\"timeoutMillis\":10000}"));
            readers.add(peer);
        }
        await("a part of the chunk is sent").until(() -> accepted.mostUnsentBytesOfOne() > 0);
        readers.forEach(RawPeer::close);
        await("connections and blocks on their way are gone")
                .until(() -> accepted.open() <= before && accepted.unsentBytes() == 0);
        assertThat(lengthRead("large#0")).isEqualTo((int) CHUNK_SIZE_LIMIT_BYTES);
    }

    @Test
    void aClientThatGivesUpIsTold() throws Exception {
        RawPeer peer = peer();
        peer.request(1, storeOnAll("x#0", 5 * BLOCK));
        peer.send(block(1, BLOCK));
        peer.send(Messages.cancel(1));
        assertFailure(peer.refusal(1), ErrorCode.CANCELLED, "the client gave up");
        peer.assertStillServed(2);
    }

    @Test
    void aClientThatSaysNothingMoreIsToldWhenItsTimeIsOver() throws Exception {
        RawPeer peer = peer();
        peer.request(1, storeOnAll("x#0", 5 * BLOCK).replace("10000}", "1500}"));
        peer.send(block(1, BLOCK));
        // Whichever member of the chain is the first to lose patience, none of them is to blame.
        assertFailure(peer.refusal(1), ErrorCode.TIMEOUT, "was not given all bytes");
        peer.assertStillServed(2);
    }

    @Test
    void blocksOfARequestThatIsNotOpenAreDropped() throws Exception {
        RawPeer peer = peer();
        peer.send(block(7, BLOCK));
        peer.send(Messages.end(7, new End(BLOCK, 0)));
        peer.send(Messages.cancel(7));
        peer.request(8, storeOnAll("kept#0", CHUNK_SIZE_LIMIT_BYTES + 1));
        peer.send(block(8, BLOCK));
        assertFailure(peer.refusal(8), ErrorCode.CHUNK_TOO_LARGE, "kept#0");
        peer.send(block(8, BLOCK));
        peer.send(Messages.end(8, new End(2 * BLOCK, 0)));
        peer.assertStillServed(9);
    }

    /** The same request with a deadline, and stalls, far beyond the patience of a test. */
    private static String farFromOver(String request) {
        return request.replace("10000}", "600000}");
    }
}
