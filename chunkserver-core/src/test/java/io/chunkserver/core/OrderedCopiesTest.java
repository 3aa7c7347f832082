package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.OrderConfig;
import io.chunkserver.core.testkit.CallTrace;
import io.chunkserver.core.testkit.FakeMaster;
import io.chunkserver.core.testkit.FakeReplica;
import io.chunkserver.core.testkit.FakeReplicas;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a server carries out a master's order to copy a chunk when its sources break off, differ or are slow. In simulated time. */
class OrderedCopiesTest {

    private static final ChunkId CHUNK = new ChunkId("/f", 0);
    private static final int BLOCKS = 8;
    private static final int BLOCK = BlockLayout.BLOCK_BYTES;
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    /** What copies may write: two blocks a second. */
    private static final long BYTES_PER_SECOND = 2L * BLOCK;

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(7));
    private final FakeReplicas others = new FakeReplicas(new CallTrace());
    private final FakeReplica first = others.add("b", Location.ORIGIN);
    private final FakeReplica second = others.add("c", Location.ORIGIN);
    private final FakeMaster master = new FakeMaster();
    private ChunkServer server;

    @BeforeEach
    void start() throws IOException {
        server = ChunkServer.builder(new MemoryDisk())
                .serverId(new ServerId("a"))
                .config(ChunkServerConfig.DEFAULT.withOrders(new OrderConfig(8, 2, BYTES_PER_SECOND)))
                .replicas(others)
                .environment(time.life(Duration.ofMillis(1)).environment())
                .start();
        server.reachableAt("a:1", 0);
        server.followMasters(List.of(new KnownMaster("m:1", master)), 0);
        time.runFor(LONG_ENOUGH);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private static byte[] content(long seed) {
        byte[] bytes = new byte[BLOCKS * BLOCK];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static ChunkInfo info(long version, byte[] content) {
        return new ChunkInfo(
                CHUNK,
                new ChunkVersion(version),
                new TransactionId("w", 0, version),
                0,
                content.length,
                Crc32c.of(ByteBuffer.wrap(content)),
                content.length,
                false);
    }

    private void orderCopy(long version) {
        List<Member> sources = List.of(first.member(), second.member());
        master.order(
                new Order.Copy(CHUNK, new ChunkVersion(version), new TransactionId("w", 0, version), false, sources));
    }

    /** What is published here passed the comparison with its checksums before. */
    private void assertIsHere(long version, byte[] content) throws IOException {
        ChunkInfo here = server.stat(CHUNK).orElseThrow();
        assertThat(here.version()).isEqualTo(new ChunkVersion(version));
        assertThat(here.crc32c()).isEqualTo(Crc32c.of(ByteBuffer.wrap(content)));
    }

    @Test
    void aSourceThatBreaksOffIsFollowedByTheNextAtTheBlockThatWasReached() throws IOException {
        byte[] content = content(1);
        first.publish(info(1, content), Attributes.NONE, content);
        second.publish(info(1, content), Attributes.NONE, content);
        first.breakOffAfter(3);
        orderCopy(1);
        time.runFor(LONG_ENOUGH);
        assertIsHere(1, content);
        assertThat(first.fetches()).containsExactly(0L);
        assertThat(second.fetches()).containsExactly(3L * BLOCK);
    }

    @Test
    void anotherVersionIsCopiedFromItsStart() throws IOException {
        byte[] older = content(1);
        byte[] newer = content(2);
        first.publish(info(1, older), Attributes.NONE, older);
        second.publish(info(2, newer), Attributes.NONE, newer);
        first.breakOffAfter(3);
        orderCopy(1);
        time.runFor(LONG_ENOUGH);
        assertIsHere(2, newer);
        assertThat(second.fetches()).containsExactly(3L * BLOCK, 0L);
    }

    @Test
    void whenAllSourcesBreakOffNothingIsLeftBehind() throws IOException {
        byte[] content = content(1);
        first.publish(info(1, content), Attributes.NONE, content);
        second.publish(info(1, content), Attributes.NONE, content);
        first.breakOffAfter(3);
        second.breakOffAfter(2);
        orderCopy(1);
        time.runFor(LONG_ENOUGH);
        assertThat(server.stat(CHUNK)).isEmpty();
        assertThat(server.status().space().reservedBytes()).isZero();
        assertThat(server.status().space().usedBytes()).isZero();
        assertThat(second.fetches()).containsExactly(3L * BLOCK);
    }

    @Test
    void copiesTakeNoMoreThanTheirShareOfTheDisk() throws IOException {
        byte[] content = content(1);
        first.publish(info(1, content), Attributes.NONE, content);
        orderCopy(1);
        // Four seconds for eight blocks, after at most one heartbeat interval.
        time.runFor(Duration.ofMillis(3_500));
        assertThat(server.stat(CHUNK)).as("before its time").isEmpty();
        time.runFor(LONG_ENOUGH);
        assertIsHere(1, content);
    }
}
