package io.chunkserver.examples.owncoordinator;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How a coordinator decides one transaction: two-phase commit with presumed abort, as functions of what was and what happens. No I/O,
 * no threads, no clock: whoever drives them sends what {@link Phase} says and forces the record when it says so.
 *
 * <p>Thread-safe, having no state of their own.
 */
class DecisionRules {

    enum Phase {
        /** Waits for votes; whoever asks is told to ask again. */
        VOTING,
        /** The record that says "committed" is being forced; whoever asks is told to ask again. */
        RECORDING,
        /** The record is on disk; all members are told to commit, until they have. */
        COMMITTED,
        /** All members are told to abort, and so is whoever asks. */
        ABORTED
    }

    /**
     * A transaction at its coordinator.
     *
     * @param yes the members that have promised, in order
     */
    record Transaction(Phase phase, SortedSet<String> yes) {

        Transaction {
            yes = Collections.unmodifiableSortedSet(new TreeSet<>(yes));
        }

        Transaction in(Phase next) {
            return new Transaction(next, yes);
        }
    }

    private final Set<String> members;

    DecisionRules(Set<String> members) {
        this.members = Set.copyOf(members);
    }

    Transaction begun() {
        return new Transaction(Phase.VOTING, Collections.emptySortedSet());
    }

    /** A vote came; it may come more than once. */
    Transaction voted(Transaction transaction, String member, boolean yes) {
        if (transaction.phase() != Phase.VOTING) {
            return transaction;
        }
        if (!yes) {
            return transaction.in(Phase.ABORTED);
        }
        SortedSet<String> promised = new TreeSet<>(transaction.yes());
        promised.add(member);
        return new Transaction(promised.equals(members) ? Phase.RECORDING : Phase.VOTING, promised);
    }

    /** The client has waited long enough. Once the record is on its way to the disk, nobody can call it back. */
    Transaction timedOut(Transaction transaction) {
        return transaction.phase() == Phase.VOTING ? transaction.in(Phase.ABORTED) : transaction;
    }

    /** The record is forced. */
    Transaction recorded(Transaction transaction) {
        return transaction.phase() == Phase.RECORDING ? transaction.in(Phase.COMMITTED) : transaction;
    }

    /** The coordinator starts again; of a transaction without a record it knows nothing, and so says that it is aborted. */
    Transaction restarted(boolean recordFound) {
        return new Transaction(recordFound ? Phase.COMMITTED : Phase.ABORTED, Collections.emptySortedSet());
    }
}
