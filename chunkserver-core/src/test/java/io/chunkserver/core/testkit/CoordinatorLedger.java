package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.TransactionId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The fate of every attempt that left its coordinator: what anybody was told of it, by message, answer or receipt, must be the same
 * for all and for ever. The model of a coordinator, so plain that it is right by reading.
 */
final class CoordinatorLedger {

    private final List<FakeReplica> members;

    /** What somebody was told of an attempt; true for a commit. */
    private final Map<Attempt, Boolean> told = new HashMap<>();

    CoordinatorLedger(FakeReplica... members) {
        this.members = List.of(members);
    }

    /** Compares the messages that members have got with each other, with their votes and with what was told before. */
    void checkWhatMembersHeard() {
        for (FakeReplica member : members) {
            for (Attempt attempt : member.commits()) {
                learn(attempt, true, "server " + member.member().id() + " was told to commit");
            }
            for (Attempt attempt : member.aborts()) {
                learn(attempt, false, "server " + member.member().id() + " was told to abort");
            }
        }
    }

    /** Asks the coordinator about every attempt, as a member in doubt would. */
    void checkAnswers(TwoPhaseCoordinator coordinator) {
        for (PrepareRequest request : prepared()) {
            InquiryAnswer answer =
                    coordinator.answer(request.transaction(), request.attempt(), request.coordinatorLogId());
            assertThat(answer)
                    .as("the answer about attempt %s from a coordinator that has its log", request.attempt())
                    .isNotEqualTo(InquiryAnswer.DONT_KNOW);
            if (answer != InquiryAnswer.PENDING) {
                learn(request.attempt(), answer == InquiryAnswer.COMMIT, "an inquiry was answered " + answer);
            }
        }
    }

    /** Compares a receipt with what was told before. */
    void checkReceipt(Receipt receipt) {
        List<Attempt> unanimous = prepared().stream()
                .filter(request -> request.transaction().equals(receipt.transaction())
                        && request.version().equals(receipt.version()))
                .map(PrepareRequest::attempt)
                .filter(this::allSaidYes)
                .toList();
        assertThat(unanimous)
                .as(
                        "attempts of transaction %s, of which a client has a receipt, to which all said yes",
                        receipt.transaction())
                .isNotEmpty();
    }

    private void learn(Attempt attempt, boolean commit, String how) {
        if (commit) {
            assertThat(allSaidYes(attempt))
                    .as("%s attempt %s, so all other members have voted yes", how, attempt)
                    .isTrue();
        }
        Boolean before = told.putIfAbsent(attempt, commit);
        assertThat(before == null || before == commit)
                .as("%s attempt %s, and somebody was told the opposite before", how, attempt)
                .isTrue();
    }

    private boolean allSaidYes(Attempt attempt) {
        return members.stream().allMatch(member -> member.yesVotes().contains(attempt));
    }

    /** When nothing is open: every attempt is decided, each transaction at most once, and versions follow on each other. */
    void checkWhenAllIsOver(TwoPhaseCoordinator coordinator) {
        for (PrepareRequest request : prepared()) {
            assertThat(told)
                    .as("whether attempt %s is committed, when all is over", request.attempt())
                    .containsKey(request.attempt());
        }
        Map<TransactionId, Attempt> committing = new HashMap<>();
        Map<ChunkId, List<Long>> versions = new LinkedHashMap<>();
        for (PrepareRequest request : committed(coordinator)) {
            Attempt other = committing.put(request.transaction(), request.attempt());
            assertThat(other)
                    .as("another attempt than %s that commits transaction %s", request.attempt(), request.transaction())
                    .isNull();
            versions.merge(
                    request.chunk(),
                    List.of(request.version().number()),
                    (before, more) ->
                            Stream.concat(before.stream(), more.stream()).toList());
        }
        versions.forEach((chunk, numbers) -> assertThat(numbers)
                .as("committed versions of chunk %s", chunk)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, numbers.size()).boxed().toList()));
    }

    /** The requests whose attempts are committed, in the order of their attempts. */
    List<PrepareRequest> committed(TwoPhaseCoordinator coordinator) {
        checkAnswers(coordinator);
        return prepared().stream()
                .filter(request -> told.getOrDefault(request.attempt(), false))
                .toList();
    }

    /** Every request that left the coordinator; the first member gets each. */
    private List<PrepareRequest> prepared() {
        List<PrepareRequest> requests = members.get(0).prepared();
        assertThat(requests)
                .as("attempt numbers, of which none is used twice")
                .extracting(PrepareRequest::attempt)
                .doesNotHaveDuplicates();
        return requests;
    }
}
