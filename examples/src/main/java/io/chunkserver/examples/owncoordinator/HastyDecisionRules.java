package io.chunkserver.examples.owncoordinator;

import java.util.Set;

/**
 * The first attempt at {@link DecisionRules}, with a fault that is easily made: what is not recorded is not decided, so a timeout may
 * still abort it. But the record may reach the disk all the same.
 */
final class HastyDecisionRules extends DecisionRules {

    HastyDecisionRules(Set<String> members) {
        super(members);
    }

    @Override
    Transaction timedOut(Transaction transaction) {
        return transaction.phase() == Phase.COMMITTED ? transaction : transaction.in(Phase.ABORTED);
    }
}
