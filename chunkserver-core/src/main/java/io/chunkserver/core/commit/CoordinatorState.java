package io.chunkserver.core.commit;

import io.chunkserver.core.model.ServerId;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Where one attempt of a transaction stands at its coordinator.
 *
 * @param phase       how far it is
 * @param unconfirmed members that have not confirmed the commit, the coordinator's own participant among them
 * @param applied     members that have
 * @param answered    the client has its answer
 */
record CoordinatorState(Phase phase, Set<ServerId> unconfirmed, Set<ServerId> applied, boolean answered) {

    /** In order; an attempt ends in {@link #ABORTED}, {@link #UNDECIDED} or {@link #ENDED}. */
    enum Phase {
        /** Bytes go out and votes come in. */
        PREPARING,
        /** All voted yes; the decision is being forced and may be on disk already. */
        FORCING_DECISION,
        /** The log failed while the decision was being forced: only a restart can tell. */
        UNDECIDED,
        /** Committed; members are told until all have confirmed. */
        DELIVERING,
        /** Committed and confirmed. */
        ENDED,
        /** Aborted; nothing of it is remembered. */
        ABORTED
    }

    CoordinatorState {
        unconfirmed = Set.copyOf(unconfirmed);
        applied = Set.copyOf(applied);
    }

    static CoordinatorState preparing(Set<ServerId> members) {
        return new CoordinatorState(Phase.PREPARING, members, Set.of(), false);
    }

    /** A decision that was found in the log at start; whoever was the client is gone. */
    static CoordinatorState decided(Set<ServerId> members) {
        return new CoordinatorState(Phase.DELIVERING, members, Set.of(), true);
    }

    CoordinatorState in(Phase next) {
        return new CoordinatorState(next, unconfirmed, applied, answered);
    }

    CoordinatorState told() {
        return new CoordinatorState(phase, unconfirmed, applied, true);
    }

    /** The member need not be told any more. */
    CoordinatorState without(ServerId member, boolean hasApplied) {
        Set<ServerId> fewer = new LinkedHashSet<>(unconfirmed);
        fewer.remove(member);
        Set<ServerId> more = new LinkedHashSet<>(applied);
        if (hasApplied) {
            more.add(member);
        }
        return new CoordinatorState(fewer.isEmpty() ? Phase.ENDED : phase, fewer, more, answered);
    }
}
