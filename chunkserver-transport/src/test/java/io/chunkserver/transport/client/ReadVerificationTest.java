package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.TamperingTransport.Tamper;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import io.chunkserver.transport.testkit.Cluster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
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
    void aBlockThatIsCutOnTheWayIsNeverHandedOn() {
        for (int block = 0; block < BLOCKS; block++) {
            transport.tamper(once(block, ReadVerificationTest::cut));
            ExactTarget target = new ExactTarget(bytes);
            assertRefused(ErrorCode.PROTOCOL_ERROR, CHUNK, target);
            assertThat(target.delivered()).isEqualTo(block * BLOCK);
        }
    }

    /** No transport does this. Each block is right by itself, so only all of them together tell that something is wrong. */
    @Test
    void blocksThatAreLostRepeatedOrMixedUpNeverMakeAWholeRead() throws IOException {
        ChunkId even = ChunkId.parse("even#0");
        client.store(server, even, ChunkSource.of(Arrays.copyOf(bytes, (BLOCKS - 1) * BLOCK)), StoreOptions.DEFAULT);
        for (int block = 0; block < BLOCKS - 1; block++) {
            transport.tamper(at(block, frame -> TamperingTransport.dropped(frame)));
            assertRefused(ErrorCode.CORRUPT, even, OutputStream.nullOutputStream());
            transport.tamper(at(block, frame -> List.of(copy(frame), frame)));
            assertRefused(ErrorCode.PROTOCOL_ERROR, even, OutputStream.nullOutputStream());
        }
        List<Frame> held = new ArrayList<>();
        AtomicInteger count = new AtomicInteger();
        transport.tamper(TamperingTransport.blocks(frame -> switch (count.getAndIncrement()) {
            case 1 -> {
                held.add(copy(frame));
                yield TamperingTransport.dropped(frame);
            }
            case 2 -> List.of(frame, held.get(0));
            default -> List.of(frame);
        }));
        assertRefused(ErrorCode.CORRUPT, even, OutputStream.nullOutputStream());
    }

    @Test
    void blocksOfABrokenTryAreCheckedTogetherWithThoseOfTheNext() throws IOException {
        ChunkId even = ChunkId.parse("even#0");
        client.store(server, even, ChunkSource.of(Arrays.copyOf(bytes, (BLOCKS - 1) * BLOCK)), StoreOptions.DEFAULT);
        AtomicInteger count = new AtomicInteger();
        transport.tamper(TamperingTransport.blocks(frame -> switch (count.getAndIncrement()) {
            case 0 -> TamperingTransport.dropped(frame);
            case 2 -> List.of(TamperingTransport.withFlippedBit(frame, 0));
            default -> List.of(frame);
        }));
        assertRefused(ErrorCode.CORRUPT, even, OutputStream.nullOutputStream());
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

    private void assertRefused(ErrorCode code, ChunkId chunk, OutputStream target) {
        assertThatThrownBy(() -> client.read(server, chunk, ReadOptions.ALL, target))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(server.toString())
                .hasMessageContaining("chunk " + chunk);
    }

    private static Tamper at(int block, Tamper tamper) {
        AtomicInteger count = new AtomicInteger();
        return TamperingTransport.blocks(
                frame -> count.getAndIncrement() == block ? tamper.received(frame) : List.of(frame));
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
