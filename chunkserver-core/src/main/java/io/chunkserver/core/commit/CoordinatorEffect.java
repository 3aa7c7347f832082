package io.chunkserver.core.commit;

import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import java.util.Set;

/** What a coordinator must do because of an event, in the order in which the machine lists it. */
sealed interface CoordinatorEffect {

    /** Force the decision to commit; then report it. */
    record ForceDecision() implements CoordinatorEffect {}

    /** Tell these members to commit; report their answers, and come back later for those that do not answer. */
    record Deliver(Set<ServerId> members) implements CoordinatorEffect {}

    /** Tell all members, once and without waiting, to abort. */
    record AbortMembers() implements CoordinatorEffect {}

    /** Answer the client: committed, visible on these members so far. */
    record TellCommitted(Set<ServerId> applied) implements CoordinatorEffect {}

    /** Answer the client: aborted, finally for this attempt. */
    record TellAborted(Failure why) implements CoordinatorEffect {}

    /** Answer the client: nobody can say. */
    record TellUnknown(Failure why) implements CoordinatorEffect {}

    /** Log, unforced, that no member has to be told any more. */
    record AppendEnded() implements CoordinatorEffect {}
}
