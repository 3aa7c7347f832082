package io.chunkserver.core.commit;

import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import java.util.List;

/** What can happen to an attempt at its coordinator. */
sealed interface CoordinatorEvent {

    /** Every member has voted, or somebody was found unable to. */
    record Voted(List<Vote> votes) implements CoordinatorEvent {}

    /** The client is gone, or the time is over. */
    record GivenUp(Failure why) implements CoordinatorEvent {}

    /** The decision is durable: this is the commit point. */
    record DecisionForced() implements CoordinatorEvent {}

    /** The log did not take the decision: it is not durable and will not be. */
    record DecisionRefused(Failure why) implements CoordinatorEvent {}

    /** The log failed; the decision may or may not be durable. */
    record DecisionForceFailed(Failure why) implements CoordinatorEvent {}

    /** A member answered the commit. */
    record Confirmed(ServerId member, CommitReply reply) implements CoordinatorEvent {}

    /** The client is not to wait longer for confirmations. */
    record ConfirmationsOverdue() implements CoordinatorEvent {}

    /** Time to tell those again who have not confirmed. */
    record Resend() implements CoordinatorEvent {}
}
