package io.chunkserver.core.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.testkit.FakeMaster;
import io.chunkserver.core.testkit.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session tells its master while looking up a changed chunk takes long, as it does on a disk that hangs. In simulated time. */
class MasterSessionTest {

    private static final ChunkId CHUNK = new ChunkId("/f", 0);
    private static final ChunkId OTHER = new ChunkId("/f", 1);
    private static final SessionConfig CONFIG = SessionConfig.DEFAULT;
    private static final int MORE_THAN_REMEMBERED = ChangedChunks.MAX_CHUNKS + 1;
    private static final Duration LONG = CONFIG.heartbeatInterval().multipliedBy(10);

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(11));
    private final FakeMaster master = new FakeMaster();
    private final SlowServer server = new SlowServer();
    private MasterSession session;

    /** Looks nothing up before it is told to. */
    private static final class SlowServer implements ReportingServer {

        private static final Incarnation RUN = new Incarnation(new ServerId("a"), new UUID(0, 1), 1);

        private ServerState state = ServerState.READY;
        private long version = 1;
        private int looks;
        private CompletableFuture<Void> disk = new CompletableFuture<>();
        private @Nullable ChunkId hanging;
        private List<OpenTransaction> open = List.of();

        @Override
        public Registration registration() {
            return new Registration(RUN, new Member(RUN.id(), "a:1", Location.ORIGIN), 1, 1000, 100);
        }

        @Override
        public Heartbeat heartbeat() {
            return new Heartbeat(RUN, Location.ORIGIN, state, "", new SpaceSnapshot(1000, 0, 0, 1000), 0, 0, 0);
        }

        private ChunkInfo chunk(ChunkId id) {
            return new ChunkInfo(id, new ChunkVersion(version), new TransactionId("w", 0, version), 0, 1, 0, 1, false);
        }

        @Override
        public List<ChunkInfo> list(@Nullable ChunkId after, int limit) {
            return after == null ? List.of(chunk(CHUNK)) : List.of();
        }

        @Override
        public CompletionStage<Optional<ChunkInfo>> published(ChunkId id) {
            looks++;
            ChunkInfo now = chunk(id);
            return (id.equals(hanging) ? new CompletableFuture<Void>() : disk).thenApply(ended -> Optional.of(now));
        }

        @Override
        public List<OpenTransaction> open() {
            return open;
        }

        @Override
        public boolean take(HeartbeatReply reply) {
            return true;
        }
    }

    private final AtomicLong reports = new AtomicLong();

    /** Also after all has to be told anew: what is on its way still is older then. */
    @Test
    void eachReportHasAGreaterNumberThanTheOnesBefore() {
        session.start();
        time.runFor(LONG);
        assertThat(master.reports()).hasSizeGreaterThan(2);
        assertThat(master.reports().stream().map(ChunkReport::number))
                .isSorted()
                .doesNotHaveDuplicates()
                .allMatch(number -> number > 0);
    }

    @BeforeEach
    void register() {
        session = new MasterSession(
                new KnownMaster("m:1", master),
                server,
                CONFIG,
                time.life(Duration.ofMillis(1)).environment().timers(),
                new SplittableRandom(12),
                reports::incrementAndGet);
        session.start();
        time.runFor(LONG);
    }

    @AfterEach
    void close() {
        session.close();
    }

    private List<ChunkReport> changesReported() {
        return master.reports().stream()
                .filter(report -> report.kind() == ChunkReport.Kind.CHANGES)
                .toList();
    }

    private List<Long> versionsTold() {
        return master.reports().stream()
                .flatMap(report -> report.present().stream())
                .map(chunk -> chunk.version().number())
                .toList();
    }

    @Test
    void heartbeatsGoOnWhileAChangedChunkIsLookedUp() {
        session.changed(CHUNK);
        time.runFor(LONG);
        int before = master.heartbeats().size();
        session.changed(OTHER);
        time.runFor(LONG);
        assertThat(master.heartbeats()).hasSizeBetween(before + 9, before + 11);
        assertThat(changesReported()).isEmpty();
        assertThat(server.looks)
                .as("no more looks than are given up")
                .isLessThanOrEqualTo(2 + 2 * (int) LONG.dividedBy(CONFIG.maxRetry()));

        server.disk.complete(null);
        time.runFor(LONG);
        assertThat(changesReported())
                .flatExtracting(ChunkReport::present)
                .extracting(ChunkInfo::id)
                .containsExactlyInAnyOrder(CHUNK, OTHER);
    }

    @Test
    void aChunkWhoseDiskHangsKeepsNoOtherFromBeingReported() {
        server.hanging = CHUNK;
        server.disk.complete(null);
        session.changed(CHUNK);
        session.changed(OTHER);
        time.runFor(CONFIG.maxRetry().plus(CONFIG.reportDelay().multipliedBy(2)));
        assertThat(changesReported())
                .flatExtracting(ChunkReport::present)
                .extracting(ChunkInfo::id)
                .containsExactly(OTHER);
        session.changed(OTHER);
        time.runFor(CONFIG.reportDelay().multipliedBy(2));
        assertThat(changesReported()).as("another change, at once").hasSize(2);

        server.hanging = null;
        time.runFor(LONG);
        assertThat(changesReported())
                .flatExtracting(ChunkReport::present)
                .extracting(ChunkInfo::id)
                .containsExactly(OTHER, OTHER, CHUNK);
    }

    @Test
    void whatWasSeenBeforeAFullReportIsNotToldAfterIt() {
        session.changed(CHUNK);
        time.runFor(LONG);
        server.version = 2;
        master.forget();
        time.runFor(LONG);
        assertThat(master.registrations()).hasSize(2);

        server.disk.complete(null);
        time.runFor(LONG);
        assertThat(versionsTold()).isSorted().endsWith(2L, 2L);
    }

    @Test
    void whatWasSeenBeforeAFailureIsLookedUpAgain() {
        server.disk.complete(null);
        master.failNextReport(Failure.of(ErrorCode.UNREACHABLE, "gone for a moment"));
        session.changed(CHUNK);
        time.runFor(CONFIG.reportDelay().multipliedBy(2));
        server.version = 2;
        time.runFor(LONG);
        assertThat(changesReported()).hasSize(2);
        assertThat(versionsTold()).isSorted().endsWith(2L);
    }

    @Test
    void aLookThatFailedIsTakenAgain() {
        server.disk.completeExceptionally(new IllegalStateException("no lane is open"));
        session.changed(CHUNK);
        time.runFor(CONFIG.reportDelay().multipliedBy(2));
        server.disk = CompletableFuture.completedFuture(null);
        assertThat(changesReported()).isEmpty();
        time.runFor(LONG);
        assertThat(changesReported()).hasSize(1);
        assertThat(session.connection().registered()).isTrue();
    }

    /** Chunks that were stored may have filled the server, of which nobody tells the session. */
    @ParameterizedTest
    @ValueSource(ints = {1, MORE_THAN_REMEMBERED})
    void aStateThatIsAnotherAfterChangesIsToldWithThem(int changed) {
        server.disk.complete(null);
        server.state = ServerState.READ_ONLY;
        change(changed);
        time.runFor(CONFIG.reportDelay().plus(CONFIG.minHeartbeatInterval()));
        List<Heartbeat> heartbeats = master.heartbeats();
        assertThat(heartbeats.get(heartbeats.size() - 1).state()).isEqualTo(ServerState.READ_ONLY);
    }

    /** Masters refuse a part that comes without its start. */
    @Test
    void moreChangesThanAreRememberedAreToldByAFullReportFromItsStart() {
        server.disk.complete(null);
        int before = master.reports().size();
        change(MORE_THAN_REMEMBERED);
        time.runFor(LONG);
        assertThat(master.reports().stream().skip(before).map(ChunkReport::kind))
                .containsExactly(ChunkReport.Kind.START, ChunkReport.Kind.END);
    }

    /** More than fit into one report are told in several, with heartbeats in between. */
    @ParameterizedTest
    @ValueSource(ints = {1, ChunkReport.MAX_ENTRIES + 1})
    void whatIsOpenIsToldToAMasterThatHasForgottenItAndToOneThatLeadsAnew(int transactions) {
        assertThat(openTold()).as("nothing is open").isEmpty();
        server.open = IntStream.range(0, transactions)
                .mapToObj(index -> new OpenTransaction(new ChunkId("/open", index), new ChunkVersion(3)))
                .toList();
        time.runFor(LONG);
        assertThat(openTold()).as("the master has not changed").isEmpty();

        List<OpenTransaction> told = new ArrayList<>();
        for (HeartbeatReply news : List.of(
                HeartbeatReply.UNKNOWN,
                new HeartbeatReply(true, 7, List.of()),
                new HeartbeatReply(true, 9, List.of()))) {
            if (news.registered() && news.epoch() == 9) {
                master.failNextReport(Failure.of(ErrorCode.UNREACHABLE, "gone for a moment"));
                told.addAll(server.open.subList(0, Math.min(transactions, ChunkReport.MAX_ENTRIES)));
            }
            master.reply(news);
            time.runFor(LONG);
            told.addAll(server.open);
            assertThat(openTold()).as("after %s", news).isEqualTo(told);
        }
    }

    /** A master forgets it after a while, and a promise may stand for hours. */
    @Test
    void whatStaysOpenIsToldAgain() {
        server.open = List.of(new OpenTransaction(new ChunkId("/open", 0), new ChunkVersion(3)));
        time.runFor(Duration.ofMinutes(18));
        assertThat(openTold()).hasSize(3);
    }

    private List<OpenTransaction> openTold() {
        return master.reports().stream()
                .flatMap(report -> report.open().stream())
                .toList();
    }

    private void change(int chunks) {
        for (int index = 0; index < chunks; index++) {
            session.changed(new ChunkId("/g", index));
        }
    }
}
