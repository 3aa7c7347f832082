package io.chunkserver.core.commit;

import com.google.errorprone.annotations.Immutable;
import io.chunkserver.core.commit.CoordinatorState.Phase;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.TransactionTable;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import org.jspecify.annotations.Nullable;

/** The rules by which the explored servers live: those of the product, unless a mutant overrides one. */
@Immutable
class ProtocolRules {

    ParticipantMachine.Step participant(ParticipantState state, ParticipantEvent event) {
        return ParticipantMachine.step(state, event);
    }

    CoordinatorMachine.Step coordinator(CoordinatorState state, CoordinatorEvent event) {
        return CoordinatorMachine.step(state, event);
    }

    InquiryAnswer answer(@Nullable Phase open, boolean committed, boolean logged) {
        return InquiryRule.answer(open, committed, logged);
    }

    /** What a start on which this version is committed makes of its log. */
    RecoveryPlan plan(TransactionTable table, ChunkVersion committed) {
        return new RecoveryPlan(table, any -> committed);
    }

    RecoveryPlan.Fate fate(StageKey staged, RecoveryPlan plan) {
        return plan.of(staged);
    }

    /** Whether what follows a forced record waits until it is durable. */
    boolean waitsFor(LogRecord record) {
        return true;
    }

    /** Whether a coordinator tells the votes and confirmations of one attempt from those of another. */
    boolean comparesAttempts() {
        return true;
    }

    /** Whether a coordinator looks up a transaction before it starts another attempt. */
    boolean remembersOutcomes() {
        return true;
    }

    /** Whether a member that has a version as a copy refuses the transaction that made it. */
    boolean remembersCopies() {
        return true;
    }

    /** Whether a promise is one of the very bytes of a copy. */
    boolean isOf(StageKey promise, StageKey copy) {
        return promise.equals(copy);
    }

    /** Whether each start has a boot count of its own. */
    boolean countsBoots() {
        return true;
    }

    /** Whether promises that a restart finds are asked for. */
    boolean asksAfterRestart() {
        return true;
    }

    /** Whether a participant gives up by itself after a yes. */
    boolean abortsOnTimeout() {
        return false;
    }
}
