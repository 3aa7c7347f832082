package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChainCoordinator.CoordinatorLog;
import io.chunkserver.core.commit.log.OutcomeRetention;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.ChainConfig;
import io.chunkserver.core.replication.ForwardingChain;
import io.chunkserver.core.testkit.CallTrace;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.FakeReplica;
import io.chunkserver.core.testkit.FakeReplicas;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import io.chunkserver.core.testkit.StorageOnDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The chain coordinator as the first of three members, in virtual time: what its own tests share, beyond the contract of all
 * coordinators.
 */
@ExtendWith(ExpectedErrors.class)
abstract class CoordinatorOnMemoryDisk {

    static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** Longer than the disk takes for anything, shorter than every wait of the protocol. */
    static final Duration QUIET = Duration.ofMillis(100);

    static final Duration LONG = Duration.ofMinutes(5);
    static final int MAX_OPEN = 2;
    static final int LENGTH = 10;

    /** How many outcomes the log remembers at most. */
    static final int MEMORY = 10;

    private static final CommitConfig CONFIG =
            new CommitConfig(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(2), MAX_OPEN);
    private static final TransactionLogConfig LOG_CONFIG = new TransactionLogConfig(
            TransactionLogConfig.MIN_SEGMENT_BYTES,
            TransactionLogConfig.DEFAULT.checkpointSegments(),
            TransactionLogConfig.DEFAULT.maxQueuedBytes(),
            TransactionLogConfig.DEFAULT.maxQueuedRecords(),
            new OutcomeRetention(0, Duration.ofHours(1), MEMORY));
    private static final long CHUNK_SIZE_LIMIT = 1000;

    final SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
    final FakeReplicas others = new FakeReplicas(new CallTrace());
    final FakeReplica b = others.add("b", new Location(1, 0));
    final FakeReplica c = others.add("c", new Location(2, 0));
    final Member self = new Member(new ServerId("a"), "a", Location.ORIGIN);
    final MemoryDisk memory = new MemoryDisk();
    final List<PrepareRequest> prepared = new ArrayList<>();
    DiskScript script = DiskScript.GOOD;

    /** Votes come when this is completed, as it is unless a test holds them back. */
    CompletableFuture<Void> votesHeld = CompletableFuture.completedFuture(null);

    SimulatedTime.Life life;
    Admission admission;
    Storage storage;
    ChainCoordinator coordinator;
    private long boots;
    private long sequence;

    /** The way to the members, whose votes may be held back on it. */
    private record HeldVotes(PrepareStream stream, CompletionStage<Void> held) implements PrepareStream {

        @Override
        public CompletionStage<Void> write(CheckedBlock block) {
            return stream.write(block);
        }

        @Override
        public void finish(long lengthBytes, int crc32c) {
            stream.finish(lengthBytes, crc32c);
        }

        @Override
        public CompletionStage<List<Vote>> votes() {
            return stream.votes().thenCombine(held, (votes, free) -> votes);
        }

        @Override
        public void cancel(Failure why) {
            stream.cancel(why);
        }
    }

    @BeforeEach
    final void open() throws IOException {
        life = time.life(Duration.ofMillis(1));
        Environment environment = life.environment();
        admission = new Admission(CHUNK_SIZE_LIMIT);
        storage = StorageOnDisk.open(
                new FaultyDisk(memory, operation -> script.before(operation)), environment, LOG_CONFIG);
        Participant participant =
                Participant.create(self.id(), storage, others, environment, admission, CommitConfig.DEFAULT);
        ForwardingChain chain = new ForwardingChain(() -> self, participant, others, environment, ChainConfig.DEFAULT);
        coordinator = new ChainCoordinator(
                participant,
                request -> {
                    prepared.add(request);
                    return new HeldVotes(chain.push(request), votesHeld);
                },
                others,
                CONFIG,
                new CoordinatorLog(StorageOnDisk.LOG_ID, new AttemptNumbers(++boots)));
        storage.log().table().undelivered().forEach(coordinator::restore);
        time.runFor(QUIET);
    }

    final void crashAndRestart() throws IOException {
        life.end();
        memory.crash();
        script = DiskScript.GOOD;
        open();
    }

    final TransactionId transaction() {
        return new TransactionId("client", time.instant().toEpochMilli(), sequence++);
    }

    final StoreRequest request(ChunkId chunk, @Nullable ChunkVersion expected) {
        return new StoreRequest(
                transaction(), chunk, false, LENGTH, expected, Attributes.NONE, Durability.SYNC, TIMEOUT);
    }

    final ChunkWriter begin(StoreRequest request) {
        return coordinator.begin(request, List.of(self, b.member(), c.member()));
    }

    /** Begins to store the chunk and sends all of it. */
    final ChunkWriter store() {
        ChunkWriter writer = begin(request(CHUNK, null));
        send(writer);
        return writer;
    }

    static void send(ChunkWriter writer) {
        CheckedBlock block = CheckedBlock.of(ByteBuffer.allocate(LENGTH));
        writer.write(block);
        writer.finish(LENGTH, block.crc32c());
    }

    static Receipt receipt(ChunkWriter writer) {
        CompletableFuture<Receipt> receipt = writer.receipt().toCompletableFuture();
        assertThat(receipt).isCompleted();
        return receipt.join();
    }

    static Failure failure(ChunkWriter writer) {
        CompletableFuture<Receipt> receipt = writer.receipt().toCompletableFuture();
        assertThat(receipt).isCompletedExceptionally();
        try {
            throw new AssertionError(receipt.join() + " is no failure");
        } catch (CompletionException e) {
            return ChunkServerException.from(e).failure();
        }
    }
}
