package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

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
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs each contract on something that breaks one promise, and looks at what is reported. */
class PromiseReportTest {

    @Test
    void aStoreIsReportedWithTheVersionThatItDeleted() {
        assertThat(reports(StoreThatDeletesAnyVersion.class))
                .singleElement()
                .asString()
                .startsWith("promise broken: deleting removes this version and no other\nafter:\n")
                .containsSubsequence(
                        "  1. chunkStore.stage(StageRequest[chunk=/data/file#0, version=2, ",
                        "  5. chunkStore.publish(/data/file#0, ",
                        "  6. chunkStore.delete(/data/file#0, 1) = 185\n",
                        "expected: 0L");
    }

    @Test
    void whatIsOnlySeenWhenATestIsOverIsReportedToo() {
        assertThat(reports(StoreThatCountsToFifty.class))
                .singleElement()
                .asString()
                .startsWith("promise broken at the end of: different chunks are published in parallel\nafter:\n")
                .containsSubsequence(
                        "chunkStore3.list(, null, 2147483647) = ",
                        "chunkStore3.snapshot() = StoreSnapshot[chunks=50, ",
                        "expected: 100");
    }

    @Test
    void aStoreThatDoesNotEvenOpenIsReported() {
        assertThat(reports(StoreThatDoesNotOpen.class))
                .isNotEmpty()
                .allSatisfy(report -> assertThat(report)
                        .startsWith("promise broken at the beginning of: ")
                        .contains("this store does not open"));
    }

    @Test
    void aPromiseThatIsTriedWithSeveralValuesIsReportedWithThem() {
        assertThat(reports(PromiseOfSeveralValues.class))
                .singleElement()
                .asString()
                .startsWith("promise broken: any value is even, [2] value=3\n");
    }

    @Test
    void aStoreIsReportedWithThePublicationThatItDidNotForce() {
        assertThat(reports(StoreThatForcesNoPublication.class))
                .allSatisfy(report -> assertThat(report).contains("chunkStore.forcePublished()\n", "the power goes\n"))
                .anySatisfy(report -> assertThat(report)
                        .startsWith("promise broken: a forced publication outlives a crash byte for byte, [")
                        .containsSubsequence(
                                "  6. chunkStore.publish(/data/file#0, ",
                                "  7. chunkStore.forcePublished()\n",
                                "  9. the power goes\n",
                                " 10. chunkStore2.stat(/data/file#0) = Optional.empty\n",
                                "[the published version]"))
                .anySatisfy(report ->
                        assertThat(report).startsWith("promise broken: a forced deletion outlives a crash\nafter:\n"));
    }

    @Test
    void aStoreIsReportedThatForcesNothingAtAll() {
        assertThat(reports(StoreThatForcesNothing.class))
                .anySatisfy(report -> assertThat(report)
                        .startsWith("promise broken: a finished version outlives a crash as staged, ["))
                .anySatisfy(report -> assertThat(report)
                        .startsWith("promise broken: a forced publication outlives a crash byte for byte, ["))
                .anySatisfy(report -> assertThat(report)
                        .startsWith("promise broken: a lost version is missing after a crash too\nafter:\n"));
    }

    @Test
    void aScriptTellsThatAForcedPublicationIsLost() {
        MemoryDisk disk = new MemoryDisk();
        ChunkId chunk = new ChunkId("/a", 0);
        ChunkStoreScript script = new ChunkStoreScript(List.of(
                new ChunkStoreScript.Stage(chunk, 1, 10),
                new ChunkStoreScript.Publish(0),
                new ChunkStoreScript.ForcePublished(),
                new ChunkStoreScript.LosePower()));

        assertThatThrownBy(() -> script.run(
                        () -> but(ChunkStore.class, storeOn(disk), "forcePublished", arguments -> null),
                        () -> disk.crash()))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("the store differs from the model, after 4 steps:\n  1. Stage[chunk=/a#0, ")
                .hasMessageContaining("[what a crash may leave of chunk /a#0 in place of ");
    }

    /** What a store keeps in an orderly close tells nothing of what it forces. */
    @Test
    void aStoreThatCannotCrashIsNotReportedAndSaysWhatWasNotTested() {
        Events tests = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(StoreThatForcesNothingAndCannotCrash.class))
                .execute()
                .testEvents();

        assertThat(tests.failed().list()).isEmpty();
        assertThat(tests.aborted()
                        .map(aborted -> aborted.getRequiredPayload(TestExecutionResult.class))
                        .map(result -> result.getThrowable().orElseThrow().getMessage()))
                .isNotEmpty()
                .allSatisfy(reason -> assertThat(reason).contains("nobody can take its power away"));
    }

    @Test
    void anAccountantIsReportedWithWhatItRefused() {
        assertThat(reports(AccountantThatRefusesZeroBytes.class))
                .singleElement()
                .asString()
                .startsWith("promise broken: no bytes can always be reserved\nafter:\n")
                .containsSubsequence(
                        "  1. spaceAccountant.reserve(1000) = reservation\n",
                        "  2. spaceAccountant.reserve(0) threw ",
                        "InsufficientSpace: 0 bytes are needed and 0 bytes are available");
    }

    @Test
    void aLogIsReportedWithTheRecordThatItTook() {
        assertThat(reports(LogThatTakesRecordsAfterItsEnd.class))
                .singleElement()
                .asString()
                .startsWith("promise broken: a record after closing is refused\nafter:\n")
                .containsSubsequence(
                        "  1. transactionLog.close()\n",
                        "  2. transactionLog.force(Prepared[",
                        " = a stage that is complete: null\n");
    }

    @Test
    void aCoordinatorIsReportedWithWhatItAnswered() {
        assertThat(reports(CoordinatorThatAlwaysPresumesAnAbort.class))
                .singleElement()
                .asString()
                .startsWith("promise broken: who has lost the log of the decision does not presume an abort\nafter:\n")
                .containsSubsequence(
                        "  1. twoPhaseCoordinator.answer(client:",
                        ", 00000000-0000-dead-0000-00000000dead) = ABORT\n",
                        "expected: DONT_KNOW");
    }

    @Test
    void aCoordinatorIsReportedWithWhatMembersAndClientsHeard() {
        assertThat(reports(CoordinatorThatForgetsWhatIsOpen.class))
                .singleElement()
                .asString()
                .startsWith(
                        "promise broken: a member that does not confirm does not hold up the client forever\nafter:\n")
                .containsSubsequence(
                        "server b votes yes\n",
                        "server c misses commit 1.1\n",
                        "the client of transaction client:",
                        " hears Receipt[",
                        "twoPhaseCoordinator.open() = []\n",
                        "[the transaction goes on]");
    }

    @Test
    void aChainIsReportedWithTheMembersThatItLists() {
        assertThat(reports(ChainThatIsNoneAlone.class))
                .singleElement()
                .asString()
                .startsWith("promise broken: a server alone is a chain\nafter:\n")
                .contains("  1. replicationChain.order([]) = a stage that is complete: []\n");
    }

    @Test
    void aDiskIsReportedWithWhatItSaid() {
        assertThat(reports(DiskThatOwesBytes.class))
                .singleElement()
                .asString()
                .startsWith("promise broken: free bytes are not negative\nafter:\n  1. disk.freeBytes() = -1\n");
    }

    @Test
    void aDiskIsReportedWithTheNameThatItDidNotForce() {
        assertThat(reports(DiskThatForcesNoNames.class))
                .anySatisfy(report -> assertThat(report)
                        .startsWith("promise broken: a forced file outlives a crash once its name is forced\nafter:\n")
                        .containsSubsequence("disk.forceDirectory()\n", "the power goes\n", "disk2.list() = []\n"));
    }

    /** What is reported of the tests of this contract that fail. */
    private static List<String> reports(Class<?> contract) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(contract))
                .execute()
                .testEvents()
                .failed()
                .map(failed -> failed.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().getMessage())
                .toList();
    }

    // What breaks a promise. Nested and static, so that nothing runs it but the tests above.

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

    private static ChunkStore storeOn(Disk disk) throws IOException {
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
    private interface Instead {
        Object of(Object[] arguments) throws Throwable;
    }

    /** The subject, one method of which does something else. */
    private static <T> T but(Class<T> type, T subject, String name, Instead instead) {
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
