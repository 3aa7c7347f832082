package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.SessionConfig;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.CallTrace;
import io.chunkserver.core.testkit.FakeMaster;
import io.chunkserver.core.testkit.FakeReplicas;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server whose masters change while it runs, and what it does for one that was replaced. In simulated time. */
class FollowedMastersTest {

    private static final ChunkId CHUNK = new ChunkId("/f", 0);
    private static final byte[] CONTENT = {1, 2, 3};
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(7));
    private final FakeReplicas others = new FakeReplicas(new CallTrace());
    private final Member source = others.add("b", Location.ORIGIN).member();
    private final FakeMaster first = new FakeMaster();
    private final FakeMaster second = new FakeMaster();
    private final KnownMaster knownFirst = new KnownMaster("m1:1", first);
    private final KnownMaster knownSecond = new KnownMaster("m2:1", second);
    private ChunkInfo info;
    private ChunkServer server;
    private int stores;

    @BeforeEach
    void start() throws IOException {
        info = new ChunkInfo(
                CHUNK,
                new ChunkVersion(1),
                new TransactionId("w", 0, 1),
                0,
                CONTENT.length,
                Crc32c.of(ByteBuffer.wrap(CONTENT)),
                CONTENT.length,
                false);
        others.peer(source).publish(info, Attributes.NONE, CONTENT);
        server = ChunkServer.builder(new MemoryDisk())
                .serverId(new ServerId("a"))
                .replicas(others)
                .environment(time.life(Duration.ofMillis(20)).environment())
                .start();
        server.reachableAt("a:1", 0);
        time.runFor(LONG_ENOUGH);
    }

    private HeartbeatReply copyOrderedIn(long epoch) {
        Order copy = new Order.Copy(CHUNK, info.version(), info.transaction(), false, List.of(source));
        return new HeartbeatReply(true, epoch, List.of(copy));
    }

    private boolean hasCopy() throws IOException {
        return server.stat(CHUNK).isPresent();
    }

    private MasterConnection connection(KnownMaster master) {
        return server.status().masters().stream()
                .filter(known -> known.address().equals(master.address()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aMasterThatComesLaterIsMetAndOneThatIsGoneHearsNoMore() {
        server.followMasters(List.of(knownFirst), 3);
        time.runFor(LONG_ENOUGH);
        assertThat(first.registrations()).hasSize(1);
        server.followMasters(List.of(knownSecond, knownFirst), 5);
        time.runFor(LONG_ENOUGH);
        assertThat(second.registrations()).hasSize(1);
        assertThat(first.registrations()).as("the session goes on").hasSize(1);
        server.followMasters(List.of(knownSecond), 5);
        time.runFor(LONG_ENOUGH);
        int heard = first.heartbeats().size();
        int heardBySecond = second.heartbeats().size();
        time.runFor(LONG_ENOUGH);
        assertThat(first.heartbeats()).hasSize(heard);
        assertThat(second.heartbeats()).hasSizeGreaterThan(heardBySecond);
    }

    @Test
    void aMasterIsToldHowOftenHeartbeatsCome() {
        server.followMasters(List.of(knownFirst), 3);
        time.runFor(LONG_ENOUGH);
        assertThat(first.registrations())
                .extracting(Registration::heartbeatInterval)
                .containsExactly(SessionConfig.DEFAULT.heartbeatInterval());
    }

    @Test
    void theLeaderIsObeyed() throws IOException {
        server.followMasters(List.of(knownFirst), 3);
        first.reply(copyOrderedIn(3));
        time.runFor(LONG_ENOUGH);
        assertThat(hasCopy()).isTrue();
        assertThat(connection(knownFirst).registered()).isTrue();
    }

    @Test
    void aLeaderThatWasReplacedIsRefusedFromTheFirstMessageOn() throws IOException {
        first.reply(copyOrderedIn(3));
        server.followMasters(List.of(knownSecond, knownFirst), 5);
        assertThat(first.heartbeats()).as("heard at once").hasSize(1);
        assertThat(connection(knownFirst).registered()).isFalse();
        assertThat(connection(knownFirst).reason()).contains("epoch 3");
        time.runFor(LONG_ENOUGH);
        assertThat(hasCopy()).isFalse();
        assertThat(connection(knownFirst).registered()).as("it stands back").isTrue();
        second.reply(copyOrderedIn(5));
        time.runFor(LONG_ENOUGH);
        assertThat(hasCopy()).isTrue();
    }

    @Test
    void theAnswerOfANewerLeaderClosesTheFenceToo() throws IOException {
        server.followMasters(List.of(knownFirst, knownSecond), 3);
        second.reply(new HeartbeatReply(true, 5, List.of()));
        time.runFor(LONG_ENOUGH);
        first.reply(copyOrderedIn(3));
        time.runFor(LONG_ENOUGH);
        assertThat(hasCopy()).isFalse();
    }

    @Test
    void oneThatDoesNotLeadIsPassedByWhenAChunkIsPlaced() {
        first.failWith(Failure.of(ErrorCode.NOT_LEADING, "stands by"));
        second.know(new ChunkCopies(CHUNK, ChunkVersion.NONE, List.of(server.self())));
        server.followMasters(List.of(knownFirst, knownSecond), 3);
        assertThat(beginStore()).isCompleted();
        assertThat(second.placements()).hasSize(1);
    }

    /** It may have been stopped between the moment in which it still led and its answer. */
    @Test
    void whereAMasterThatWasReplacedPlacesAChunkIsNotFollowed() {
        first.know(new ChunkCopies(CHUNK, ChunkVersion.NONE, List.of(server.self()), 3));
        server.followMasters(List.of(knownFirst), 3);
        assertThat(beginStore()).as("while it leads").isCompleted();

        server.followMasters(List.of(knownFirst), 5);
        assertThat(beginStore())
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("epoch 3");
        second.know(new ChunkCopies(CHUNK, ChunkVersion.NONE, List.of(source), 5));
        server.followMasters(List.of(knownFirst, knownSecond), 5);
        assertThat(beginStore())
                .as("the next one is asked, and names others")
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("belongs on servers b");
    }

    /** As one of an earlier version, which does not say by which epoch it leads. */
    @Test
    void aMasterThatDoesNotTellItsEpochIsFollowed() {
        first.know(new ChunkCopies(CHUNK, ChunkVersion.NONE, List.of(server.self())));
        server.followMasters(List.of(knownFirst), 3);
        assertThat(beginStore()).isCompleted();
    }

    private CompletableFuture<ChunkWriter> beginStore() {
        TransactionId id = new TransactionId("client", time.instant().toEpochMilli(), ++stores);
        StoreRequest request =
                new StoreRequest(id, CHUNK, false, 10, null, Attributes.NONE, Durability.SYNC, Duration.ofSeconds(20));
        CompletableFuture<ChunkWriter> writer = server.begin(request, 1).toCompletableFuture();
        time.runFor(Duration.ofSeconds(1));
        return writer;
    }

    @Test
    void aServerWithoutARegistrySaysWhereItStands() {
        MasterConnection registry = new MasterConnection("zookeeper z:2181", false, "does not answer");
        server.registeredAt(registry);
        assertThat(server.status().masters()).containsExactly(registry);
    }
}
