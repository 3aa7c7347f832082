package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.testkit.BrokenPromises.AccountantThatRefusesZeroBytes;
import io.chunkserver.core.testkit.BrokenPromises.ChainThatIsNoneAlone;
import io.chunkserver.core.testkit.BrokenPromises.CoordinatorThatAlwaysPresumesAnAbort;
import io.chunkserver.core.testkit.BrokenPromises.CoordinatorThatForgetsWhatIsOpen;
import io.chunkserver.core.testkit.BrokenPromises.DiskThatForcesNoNames;
import io.chunkserver.core.testkit.BrokenPromises.DiskThatOwesBytes;
import io.chunkserver.core.testkit.BrokenPromises.LogThatTakesRecordsAfterItsEnd;
import io.chunkserver.core.testkit.BrokenPromises.MasterThatNeedsNobody;
import io.chunkserver.core.testkit.BrokenPromises.PromiseOfSeveralValues;
import io.chunkserver.core.testkit.BrokenPromises.StoreThatCountsToFifty;
import io.chunkserver.core.testkit.BrokenPromises.StoreThatDeletesAnyVersion;
import io.chunkserver.core.testkit.BrokenPromises.StoreThatDoesNotOpen;
import io.chunkserver.core.testkit.BrokenPromises.StoreThatForcesNoPublication;
import io.chunkserver.core.testkit.BrokenPromises.StoreThatForcesNothing;
import io.chunkserver.core.testkit.BrokenPromises.StoreThatForcesNothingAndCannotCrash;
import java.util.List;
import org.junit.jupiter.api.Test;
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
                        () -> BrokenPromises.but(
                                ChunkStore.class, BrokenPromises.storeOn(disk), "forcePublished", arguments -> null),
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
    void aMasterIsReportedWithWhatItHeardAndSaid() {
        assertThat(reports(MasterThatNeedsNobody.class))
                .allSatisfy(report -> assertThat(report).contains("master.needed("))
                .anySatisfy(report -> assertThat(report)
                        .startsWith("promise broken: two drained servers do not keep a chunk for each other\nafter:\n")
                        .containsSubsequence(
                                "  1. master.register(Registration[server=s0 ",
                                "master.needed(s",
                                " = a stage that is complete: 0\n"));
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
}
