package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.testkit.CallTrace;
import io.chunkserver.core.testkit.FakeReplica;
import io.chunkserver.core.testkit.FakeReplicas;
import io.chunkserver.core.testkit.LogRecords;
import io.chunkserver.core.testkit.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Who is asked about a promise without outcome, when, and whose answer counts (L1). */
class InDoubtInquiryTest {

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration FIRST_DELAY = CommitConfig.DEFAULT.inquiryDelay();

    private final CallTrace trace = new CallTrace();
    private final FakeReplicas replicas = new FakeReplicas(trace);
    private final FakeReplica coordinator = replicas.add("coordinator", Location.ORIGIN);
    private final FakeReplica self = replicas.add("self", Location.ORIGIN);
    private final FakeReplica third = replicas.add("third", Location.ORIGIN);
    private final FakeReplica fourth = replicas.add("fourth", Location.ORIGIN);
    private final Prepared promise =
            promise(List.of(coordinator.member(), self.member(), third.member(), fourth.member()));
    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
    private final InDoubtInquiry inquiry = new InDoubtInquiry(
            self.member().id(), replicas, time.life(Duration.ofMillis(1)).environment(), CommitConfig.DEFAULT);
    private final List<InquiryAnswer> verdicts = new ArrayList<>();

    @Test
    void nobodyIsAskedBeforeTheFirstDelayIsHalfOver() {
        coordinator.answerInquiries(InquiryAnswer.COMMIT);
        inquiry.start(promise, verdicts::add);

        time.runFor(FIRST_DELAY.dividedBy(2).minusMillis(1));
        assertThat(trace.toString()).isEmpty();
        time.runFor(FIRST_DELAY);
        assertThat(verdicts).containsExactly(InquiryAnswer.COMMIT);
    }

    @Test
    void theCoordinatorsWordIsGivenOnceAndNobodyElseIsAsked() {
        coordinator.answerInquiries(InquiryAnswer.ABORT);
        inquiry.start(promise, verdicts::add);
        time.runFor(LONG);

        assertThat(verdicts).containsExactly(InquiryAnswer.ABORT);
        assertThat(trace.toString()).doesNotContain("server self", "server third", "server fourth");
        assertThat(time.pendingTasks()).isZero();
    }

    @Test
    void aDecisionThatIsPendingIsAskedForAgain() {
        coordinator.answerInquiries(InquiryAnswer.PENDING);
        inquiry.start(promise, verdicts::add);
        time.runFor(LONG);
        assertThat(verdicts).isEmpty();

        coordinator.answerInquiries(InquiryAnswer.COMMIT);
        time.runFor(LONG);
        assertThat(verdicts).containsExactly(InquiryAnswer.COMMIT);
    }

    @Test
    void whileNobodyKnowsItIsAskedWithoutEnd() {
        coordinator.missMessages(Integer.MAX_VALUE);
        inquiry.start(promise, verdicts::add);
        time.runFor(Duration.ofDays(1));
        assertThat(verdicts).isEmpty();

        coordinator.recover();
        coordinator.answerInquiries(InquiryAnswer.COMMIT);
        time.runFor(LONG);
        assertThat(verdicts).containsExactly(InquiryAnswer.COMMIT);
    }

    @Test
    void aMemberThatCommittedSettlesItWhenTheCoordinatorCannotTell() {
        coordinator.missMessages(Integer.MAX_VALUE);
        fourth.answerInquiries(InquiryAnswer.COMMIT);
        inquiry.start(promise, verdicts::add);
        time.runFor(LONG);

        assertThat(verdicts).containsExactly(InquiryAnswer.COMMIT);
        assertThat(trace.toString()).contains("server third hears").doesNotContain("server self");
    }

    /** Another member does not know what the coordinator's log holds. */
    @Test
    void onlyTheCoordinatorMaySettleItByAnAbort() {
        coordinator.missMessages(Integer.MAX_VALUE);
        third.answerInquiries(InquiryAnswer.ABORT);
        fourth.answerInquiries(InquiryAnswer.ABORT);
        inquiry.start(promise, verdicts::add);
        time.runFor(LONG);

        assertThat(verdicts).isEmpty();
    }

    @Test
    void askedOnceItSaysWhatTheCoordinatorSaysOrThatNobodyKnows() {
        coordinator.answerInquiries(InquiryAnswer.PENDING);
        third.answerInquiries(InquiryAnswer.COMMIT);
        assertThat(inquiry.ask(promise).toCompletableFuture()).isCompletedWithValue(InquiryAnswer.PENDING);

        coordinator.answerInquiries(InquiryAnswer.DONT_KNOW);
        assertThat(inquiry.ask(promise).toCompletableFuture()).isCompletedWithValue(InquiryAnswer.COMMIT);
        third.missMessages(1);
        assertThat(inquiry.ask(promise).toCompletableFuture()).isCompletedWithValue(InquiryAnswer.DONT_KNOW);
    }

    @Test
    void anInquiryThatIsStoppedAsksNoMoreAndLeavesNoTimer() {
        InDoubtInquiry.Handle handle = inquiry.start(promise, verdicts::add);
        handle.stop();
        assertThat(time.pendingTasks()).isZero();
        time.runFor(LONG);

        assertThat(trace.toString()).isEmpty();
    }

    /** The answer that says "ask again" was on its way when nobody wanted to know any more. */
    @Test
    void anInquiryThatIsStoppedWhileItAsksIsNotTakenUpAgain() {
        List<InDoubtInquiry.Handle> started = new ArrayList<>();
        InDoubtInquiry stopping = new InDoubtInquiry(
                self.member().id(),
                member -> {
                    started.get(0).stop();
                    return replicas.peer(member);
                },
                time.life(Duration.ofMillis(1)).environment(),
                CommitConfig.DEFAULT);
        coordinator.answerInquiries(InquiryAnswer.PENDING);
        started.add(stopping.start(promise, verdicts::add));
        time.runFor(LONG);

        assertThat(time.pendingTasks()).isZero();
        assertThat(trace.toString().lines()).hasSize(1);
    }

    @Test
    void whoWaitsForTheChunkHasItAskedForSoonHoweverLongTheWaitsHaveBecome() {
        coordinator.answerInquiries(InquiryAnswer.PENDING);
        InDoubtInquiry.Handle handle = inquiry.start(promise, verdicts::add);
        time.runFor(LONG);
        int asked = questions();

        handle.hurry();
        time.runFor(FIRST_DELAY);
        assertThat(questions()).isEqualTo(asked + 1);
        assertThat(time.pendingTasks()).isEqualTo(1);
    }

    /** Many who want the chunk neither put the question off nor have more of them asked. */
    @Test
    void howManyWaitForTheChunkMakesNoDifference() {
        coordinator.answerInquiries(InquiryAnswer.PENDING);
        InDoubtInquiry.Handle handle = inquiry.start(promise, verdicts::add);
        time.runFor(LONG);
        int asked = questions();

        Duration step = FIRST_DELAY.dividedBy(10);
        for (int i = 0; i < 100; i++) {
            handle.hurry();
            time.runFor(step);
        }
        assertThat(questions() - asked).isBetween(9, 20);
    }

    @Test
    void anInquiryThatIsStoppedIsNotHurried() {
        coordinator.answerInquiries(InquiryAnswer.PENDING);
        InDoubtInquiry.Handle handle = inquiry.start(promise, verdicts::add);
        time.runFor(LONG);
        handle.stop();
        handle.hurry();

        assertThat(time.pendingTasks()).isZero();
    }

    private int questions() {
        return (int) trace.toString()
                .lines()
                .filter(line -> line.contains("server coordinator hears"))
                .count();
    }

    /** The promise is in the log: the next start asks. */
    @Test
    void aServerThatIsClosingAsksNoMoreAndFailsNobody() {
        coordinator.answerInquiries(InquiryAnswer.COMMIT);
        Environment closing = time.life(Duration.ofMillis(1)).environment();
        closing.timers().shutdown();

        new InDoubtInquiry(self.member().id(), replicas, closing, CommitConfig.DEFAULT)
                .start(promise, verdicts::add)
                .stop();
        time.runFor(LONG);

        assertThat(verdicts).isEmpty();
    }

    private static Prepared promise(List<Member> chain) {
        Prepared some = LogRecords.prepared(1);
        return new Prepared(
                some.transaction(),
                some.attempt(),
                some.chunk(),
                some.base(),
                some.epoch(),
                some.tombstone(),
                some.durability(),
                some.lengthBytes(),
                some.crc32c(),
                chain,
                some.coordinatorLogId());
    }
}
