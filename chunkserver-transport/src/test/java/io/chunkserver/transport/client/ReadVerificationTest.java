package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.TamperingTransport.Tamper;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import io.chunkserver.transport.testkit.Cluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guarantee C1 at the client: whatever happens to bytes between a server's disk and the client, a wrong one is never handed on.
 */
@Timeout(60)
class ReadVerificationTest {

    private static final int BLOCK = 65_536;
    private static final int BLOCKS = 5;
    private static final ChunkId CHUNK = ChunkId.parse("dir/file#3");
    private static final long SEED = 42;

    @TempDir
    Path root;

    private final LoopbackNetwork network = new LoopbackNetwork(ForkJoinPool.commonPool());
    private final TamperingTransport transport = new TamperingTransport(new LoopbackTransport(network));
    private final byte[] bytes = new byte[(BLOCKS - 1) * BLOCK + 100];
    private Cluster cluster;
    private ServerAddress server;
    private ChunkClient client;

    @BeforeEach
    void store() throws IOException {
        new Random(SEED).nextBytes(bytes);
        cluster = new Cluster(root, () -> new LoopbackTransport(network));
        server = cluster.start("a", 0, ChunkServerConfig.DEFAULT);
        client = new ChunkClient(transport, ClientConfig.DEFAULT, InstantSource.system(), new NoDelays(SEED));
        client.store(server, CHUNK, ChunkSource.of(bytes), StoreOptions.DEFAULT);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        cluster.assertNothingLeftBehind();
        cluster.close();
        transport.close();
    }

    @Test
    void oneBitThatFlippedOnTheWayIsAskedForAgain() throws IOException {
        Random random = new Random(SEED);
        for (int block = 0; block < BLOCKS; block++) {
            long bits = 8L * (block == BLOCKS - 1 ? 100 : BLOCK);
            for (long bit : new long[] {0, bits - 1, random.nextInt((int) bits)}) {
                transport.tamper(once(block, frame -> TamperingTransport.withFlippedBit(frame, bit)));
                assertReadsAll();
            }
        }
    }

    @Test
    void aBitThatFlipsEveryTimeIsTheServersDamageAndNamed() {
        for (int block = 0; block < BLOCKS; block++) {
            transport.tamper(always(block, frame -> TamperingTransport.withFlippedBit(frame, 77)));
            ExactTarget target = new ExactTarget(bytes);
            assertThatThrownBy(() -> client.read(server, CHUNK, ReadOptions.ALL, target))
                    .isInstanceOf(ChunkServerException.Corrupt.class)
                    .hasMessageContaining(server.toString())
                    .hasMessageContaining("block " + block + " of chunk " + CHUNK)
                    .hasMessageContaining("read from another member");
            assertThat(target.delivered()).isEqualTo(block * BLOCK);
        }
    }

    @Test
    void aBlockIsVerifiedWholeAlsoWhenOnlyOneByteOfItIsAskedFor() {
        transport.tamper(TamperingTransport.blocks(frame -> List.of(TamperingTransport.withFlippedBit(frame, 0))));
        for (int at : new int[] {BLOCK + 1, 2 * BLOCK - 1}) {
            ExactTarget target = new ExactTarget(Arrays.copyOfRange(bytes, at, at + 1));
            assertThatThrownBy(() -> client.read(server, CHUNK, ReadOptions.range(at, 1), target))
                    .isInstanceOf(ChunkServerException.Corrupt.class)
                    .hasMessageContaining("block 1 ");
            assertThat(target.delivered()).isZero();
        }
    }

    @Test
    void aChecksumThatFlippedOnTheWayIsAskedForAgain() throws IOException {
        transport.tamper(once(
                2,
                frame -> TamperingTransport.instead(
                        frame, TamperingTransport.copyOfBody(frame), frame.bodyCrc32c() ^ 1)));
        assertReadsAll();
    }

    @Test
    void aBlockThatIsLostOrCutOrComesTwiceIsAskedForAgain() throws IOException {
        for (int block = 0; block < BLOCKS; block++) {
            int lost = block;
            AtomicInteger count = new AtomicInteger();
            transport.tamper(TamperingTransport.blocks(
                    frame -> count.getAndIncrement() == lost ? TamperingTransport.dropped(frame) : List.of(frame)));
            assertFailsOrReadsAll();
            transport.tamper(once(lost, ReadVerificationTest::cut));
            assertFailsOrReadsAll();
            AtomicInteger again = new AtomicInteger();
            transport.tamper(TamperingTransport.blocks(
                    frame -> again.getAndIncrement() == lost ? List.of(copy(frame), frame) : List.of(frame)));
            assertFailsOrReadsAll();
        }
    }

    @Test
    void anEndThatComesTooEarlyIsNoEnd() throws IOException {
        AtomicInteger count = new AtomicInteger();
        // The server's own end, after a block that never came.
        transport.tamper(frame -> frame.type() == FrameType.DATA && count.getAndIncrement() == BLOCKS - 1
                ? TamperingTransport.dropped(frame)
                : List.of(frame));
        assertReadsAll();
    }

    @Test
    void aConnectionThatBreaksInTheMiddleIsTakenUpWhereItEnded() throws IOException {
        AtomicInteger count = new AtomicInteger();
        transport.tamper(TamperingTransport.blocks(frame -> {
            if (count.incrementAndGet() == 3) {
                network.cut(server);
                network.heal(server);
            }
            return List.of(frame);
        }));
        assertReadsAll();
        // Blocks that were verified are not sent again.
        assertThat(count.get()).isLessThanOrEqualTo(BLOCKS + 1);
    }

    private void assertReadsAll() throws IOException {
        ExactTarget target = new ExactTarget(bytes);
        client.read(server, CHUNK, ReadOptions.ALL, target);
        target.assertComplete();
    }

    /** A stream of blocks that no server sends and no transport carries: any failure will do, but no wrong byte. */
    private void assertFailsOrReadsAll() throws IOException {
        ExactTarget target = new ExactTarget(bytes);
        try {
            client.read(server, CHUNK, ReadOptions.ALL, target);
            target.assertComplete();
        } catch (ChunkServerException e) {
            assertThat(e.code()).isIn(ErrorCode.PROTOCOL_ERROR, ErrorCode.CHECKSUM_MISMATCH, ErrorCode.CORRUPT);
            assertThat(e).hasMessageContaining(server.toString()).hasMessageContaining(CHUNK.toString());
        }
    }

    /** Changes the first block of this number that comes; those of later tries are left alone. */
    private static Tamper once(int block, UnaryOperator<Frame> change) {
        AtomicInteger count = new AtomicInteger();
        return TamperingTransport.blocks(
                frame -> List.of(count.getAndIncrement() == block ? change.apply(frame) : frame));
    }

    /** Changes every block of this number; those before it come once, since a try goes on where the last one ended. */
    private static Tamper always(int block, UnaryOperator<Frame> change) {
        AtomicInteger count = new AtomicInteger();
        return TamperingTransport.blocks(
                frame -> List.of(count.getAndIncrement() >= block ? change.apply(frame) : frame));
    }

    private static Frame cut(Frame frame) {
        ByteBuffer body = TamperingTransport.copyOfBody(frame);
        return TamperingTransport.instead(frame, body.limit(body.limit() / 2), frame.bodyCrc32c());
    }

    private static Frame copy(Frame frame) {
        return Frame.data(frame.requestId(), TamperingTransport.copyOfBody(frame), frame.bodyCrc32c());
    }
}
