package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.SegmentedTransactionLog;
import io.chunkserver.core.commit.log.TransactionLog;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.master.ClusterMaster;
import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.membership.Master;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.ChainConfig;
import io.chunkserver.core.replication.ForwardingChain;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.core.replication.ReplicationChain;
import io.chunkserver.core.space.ReservingSpaceAccountant;
import io.chunkserver.core.space.SpaceAccountant;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.FileChunkStore;
import io.chunkserver.core.store.StoreSnapshot;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Implementations each of which breaks one promise. Nested, so that nothing runs their contracts but {@link PromiseReportTest}. */
final class BrokenPromises {

    private BrokenPromises() {}

    static class StoreThatDeletesAnyVersion extends ChunkStoreContract {

        private final MemoryDisk disk = new MemoryDisk();

        @Override
        protected ChunkStore openStore() throws IOException {
            ChunkStore store = storeOn(disk);
            return but(ChunkStore.class, store, "delete", arguments -> {
                Optional<ChunkInfo> there = store.stat((ChunkId) arguments[0]);
                return there.isEmpty()
                        ? 0L
                        : store.delete(there.get().id(), there.get().version());
            });
        }

        @Override
        protected void crash() {
            disk.crash();
        }
    }

    static class StoreThatDoesNotOpen extends ChunkStoreContract {

        @Override
        protected ChunkStore openStore() throws IOException {
            throw new IOException("this store does not open");
        }

        @Override
        protected void crash() {}
    }

    @ExtendWith(PromiseReport.class)
    static class PromiseOfSeveralValues {

        @ParameterizedTest
        @ValueSource(ints = {2, 3})
        void anyValueIsEven(int value) {
            assertThat(value % 2).isZero();
        }
    }

    static class StoreThatCountsToFifty extends ChunkStoreContract {

        private final MemoryDisk disk = new MemoryDisk();

        @Override
        protected ChunkStore openStore() throws IOException {
            ChunkStore store = storeOn(disk);
            return but(ChunkStore.class, store, "snapshot", arguments -> {
                StoreSnapshot right = store.snapshot();
                return new StoreSnapshot(Math.min(50, right.chunks()), right.tombstones(), right.publishedBytes());
            });
        }

        @Override
        protected void crash() {
            disk.crash();
        }
    }

    static class StoreThatForcesNoPublication extends ChunkStoreContract {

        private final MemoryDisk disk = new MemoryDisk();

        @Override
        protected ChunkStore openStore() throws IOException {
            return but(ChunkStore.class, storeOn(disk), "forcePublished", arguments -> null);
        }

        @Override
        protected void crash() {
            disk.crash();
        }
    }

    static class StoreThatForcesNothing extends ChunkStoreContract {

        private final MemoryDisk disk = new MemoryDisk();

        @Override
        protected ChunkStore openStore() throws IOException {
            Disk unforcedNames = but(Disk.class, disk, "forceDirectory", arguments -> null);
            return storeOn(but(
                    Disk.class,
                    unforcedNames,
                    "create",
                    arguments -> but(DiskFile.class, disk.create((Path) arguments[0]), "force", nothing -> null)));
        }

        @Override
        protected void crash() {
            disk.crash();
        }
    }

    static class StoreThatForcesNothingAndCannotCrash extends StoreThatForcesNothing {

        @Override
        protected void crash() {
            Assumptions.abort("nobody can take its power away");
        }
    }

    static ChunkStore storeOn(Disk disk) throws IOException {
        disk.createDirectories(DataDirectory.CHUNKS);
        disk.createDirectories(DataDirectory.QUARANTINE);
        disk.forceDirectory(Path.of(""));
        return FileChunkStore.open(disk, DataDirectory.CHUNKS, DataDirectory.QUARANTINE, DataDirectory.INDEX);
    }

    static class AccountantThatRefusesZeroBytes extends SpaceAccountantContract {

        @Override
        protected SpaceAccountant newAccountant(long limitBytes, long usedBytes) throws IOException {
            SpaceAccountant accountant = new ReservingSpaceAccountant(limitBytes, usedBytes, 0, () -> Long.MAX_VALUE);
            return but(SpaceAccountant.class, accountant, "reserve", arguments -> {
                long available = accountant.snapshot().availableBytes();
                if (arguments[0].equals(0L) && available == 0) {
                    throw Failure.insufficientSpace(0, available).toException();
                }
                return accountant.reserve((long) arguments[0]);
            });
        }
    }

    static class LogThatTakesRecordsAfterItsEnd extends TransactionLogContract {

        private final MemoryDisk disk = new MemoryDisk();

        @Override
        protected TransactionLog openLog() throws IOException {
            TransactionLog log = SegmentedTransactionLog.open(
                    disk,
                    DataDirectory.LOG,
                    StorageOnDisk.LOG_ID,
                    TransactionLogConfig.DEFAULT,
                    Runnable::run,
                    InstantSource.system(),
                    () -> {});
            return but(
                    TransactionLog.class,
                    log,
                    "force",
                    arguments -> log.force((LogRecord) arguments[0]).exceptionally(refused -> null));
        }

        @Override
        protected void crash() {
            disk.crash();
        }
    }

    static class CoordinatorThatAlwaysPresumesAnAbort extends TwoPhaseCoordinatorContract {

        private final CoordinatorOnDisk server = new CoordinatorOnDisk();

        @Override
        protected TwoPhaseCoordinator open(Member self, Disk disk, Replicas others, Environment environment)
                throws IOException {
            TwoPhaseCoordinator coordinator = server.open(self, disk, others, environment);
            return but(TwoPhaseCoordinator.class, coordinator, "answer", arguments -> {
                InquiryAnswer right =
                        coordinator.answer((TransactionId) arguments[0], (Attempt) arguments[1], (UUID) arguments[2]);
                return right == InquiryAnswer.DONT_KNOW ? InquiryAnswer.ABORT : right;
            });
        }
    }

    static class CoordinatorThatForgetsWhatIsOpen extends TwoPhaseCoordinatorContract {

        private final CoordinatorOnDisk server = new CoordinatorOnDisk();

        @Override
        protected TwoPhaseCoordinator open(Member self, Disk disk, Replicas others, Environment environment)
                throws IOException {
            TwoPhaseCoordinator coordinator = server.open(self, disk, others, environment);
            return but(TwoPhaseCoordinator.class, coordinator, "open", arguments -> List.of());
        }
    }

    static class ChainThatIsNoneAlone extends ReplicationChainContract {

        @Override
        protected ReplicationChain newChain(
                Member self, Participant participant, Replicas others, Environment environment) {
            ForwardingChain chain =
                    new ForwardingChain(() -> self, participant, others, environment, ChainConfig.DEFAULT);
            return but(ReplicationChain.class, chain, "order", arguments -> {
                @SuppressWarnings("unchecked")
                List<String> addresses = (List<String>) arguments[0];
                return addresses.isEmpty() ? CompletableFuture.completedStage(List.of()) : chain.order(addresses);
            });
        }

        @Override
        protected Duration stallTimeout() {
            return ChainConfig.DEFAULT.stallTimeout();
        }
    }

    /** Whoever asks for a server's way out is told that it may go. */
    static class MasterThatNeedsNobody extends MasterContract {

        @Override
        protected MasterSubject open() {
            ClusterMaster master =
                    new ClusterMaster("m", MasterConfig.DEFAULT, DistanceMetric.EUCLIDEAN, new SplittableRandom(7));
            return new MasterSubject() {
                @Override
                public Master master() {
                    return but(Master.class, master, "needed", arguments -> CompletableFuture.completedStage(0L));
                }

                @Override
                public void tick() {
                    master.tick();
                }

                @Override
                public void plan() {
                    while (master.runOnce()) {
                        // Goes on until it says that waiting is better.
                    }
                }
            };
        }
    }

    static class DiskThatOwesBytes extends DiskContract {

        private final MemoryDisk memory = new MemoryDisk();

        @Override
        protected Disk newDisk() {
            return but(Disk.class, memory, "freeBytes", arguments -> -1L);
        }

        @Override
        protected Disk crash() {
            memory.crash();
            return newDisk();
        }
    }

    static class DiskThatForcesNoNames extends DiskContract {

        private final MemoryDisk memory = new MemoryDisk();

        @Override
        protected Disk newDisk() {
            return but(Disk.class, memory, "forceDirectory", arguments -> null);
        }

        @Override
        protected Disk crash() {
            memory.crash();
            return newDisk();
        }
    }

    /** What is done instead of a call. */
    @FunctionalInterface
    interface Instead {
        Object of(Object[] arguments) throws Throwable;
    }

    /** The subject, one method of which does something else. */
    static <T> T but(Class<T> type, T subject, String name, Instead instead) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return method.getName().equals(name)
                                ? instead.of(arguments)
                                : method.invoke(subject, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
