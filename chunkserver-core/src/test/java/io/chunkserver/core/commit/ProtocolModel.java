package io.chunkserver.core.commit;

import io.chunkserver.core.commit.MemberAction.Restarts;
import io.chunkserver.core.commit.MemberAction.Wipe;
import io.chunkserver.core.commit.ServerSteps.Step;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.StateExplorer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Two-phase commit on one chunk, with every message late, lost, twice or out of order, and servers that crash, restart and lose
 * their disks at every step. The rules are those of the product ({@link ProtocolRules}).
 */
class ProtocolModel implements StateExplorer.Model<ProtocolState> {

    private final ProtocolBounds bounds;
    private final ServerSteps servers;
    private final ProtocolInvariants invariants;

    ProtocolModel(ProtocolBounds bounds, ProtocolRules rules) {
        this(bounds, new ServerSteps(bounds, rules));
    }

    ProtocolModel(ProtocolBounds bounds, ServerSteps servers) {
        this.bounds = bounds;
        this.servers = servers;
        this.invariants = new ProtocolInvariants(servers);
    }

    @Override
    public ProtocolState initial() {
        return new ProtocolState(
                bounds.members().stream()
                        .mapToInt(member -> servers.number(MemberState.fresh(member)))
                        .toArray(),
                new int[0],
                bounds.restarts(),
                bounds.wipes(),
                bounds.diskFailures());
    }

    @Override
    public void steps(ProtocolState state, StateExplorer.Step<ProtocolState> step) {
        for (int index = 0; index < state.members.length; index++) {
            for (int message : state.messages) {
                take(state, index, servers.receiving(message), step);
            }
            for (int action : servers.own(state.members[index])) {
                if (isAllowed(state, servers.action(action))) {
                    take(state, index, action, step);
                }
            }
        }
    }

    private void take(ProtocolState state, int index, int action, StateExplorer.Step<ProtocolState> step) {
        ProtocolState next = next(state, index, action);
        if (next != null) {
            step.to(servers.step(state.members[index], action), next);
        }
    }

    private boolean isAllowed(ProtocolState state, MemberAction action) {
        if (action instanceof Restarts restart) {
            return state.restarts > 0 && (restart.wipe() == Wipe.NOTHING || state.wipes > 0);
        }
        if (action instanceof MemberAction.FailsToForce) {
            return state.diskFailures > 0;
        }
        if (action instanceof MemberAction.Begins begins) {
            return begun(state, begins.transaction()) < bounds.attempts().getOrDefault(begins.transaction(), 0);
        }
        return true;
    }

    private long begun(ProtocolState state, TransactionId transaction) {
        long begun = 0;
        for (int message : state.messages) {
            if (servers.message(message) instanceof ProtocolMessage.Prepare prepare
                    && prepare.key().transaction().equals(transaction)) {
                begun++;
            }
        }
        return begun;
    }

    /** @return null when nothing changes */
    private @Nullable ProtocolState next(ProtocolState state, int index, int action) {
        Step step = servers.step(state.members[index], action);
        int[] sent = step.sentAfter(state.messages);
        if (step.next == state.members[index] && sent == state.messages) {
            return null;
        }
        int[] members = state.members.clone();
        members[index] = step.next;
        MemberAction taken = servers.action(action);
        boolean wipes = taken instanceof Restarts restart && restart.wipe() != Wipe.NOTHING;
        return new ProtocolState(
                members,
                sent,
                state.restarts - (taken instanceof Restarts ? 1 : 0),
                state.wipes - (wipes ? 1 : 0),
                state.diskFailures - (taken instanceof MemberAction.FailsToForce ? 1 : 0));
    }

    @Override
    public long fingerprint(ProtocolState state) {
        long straight = state.hash();
        return bounds.symmetric() ? Math.min(straight, servers.mirrored(state).hash()) : straight;
    }

    @Override
    public Optional<String> brokenIn(ProtocolState state) {
        return invariants.brokenIn(state);
    }

    @Override
    public Optional<String> leftOverIn(ProtocolState quiet) {
        return invariants.leftOverIn(quiet);
    }

    /** Failed servers are started again, what is under way ends, messages arrive, and clients that wait give up. */
    @Override
    public Optional<ProtocolState> calm(ProtocolState state) {
        for (int index = 0; index < state.members.length; index++) {
            MemberState member = servers.state(state.members[index]);
            if (member.failed()) {
                int restart = servers.number(new Restarts(member.pending().size(), Wipe.NOTHING));
                return Optional.ofNullable(next(state, index, restart));
            }
        }
        return firstChange(
                        state, action -> action instanceof MemberAction.Forces || action instanceof MemberAction.Stages)
                .or(() -> firstArrival(state))
                .or(() -> firstChange(
                        state,
                        action ->
                                action instanceof MemberAction.GivesUp || action instanceof MemberAction.StopsWaiting));
    }

    private Optional<ProtocolState> firstChange(ProtocolState state, Predicate<MemberAction> wanted) {
        for (int index = 0; index < state.members.length; index++) {
            for (int action : servers.own(state.members[index])) {
                if (wanted.test(servers.action(action))) {
                    ProtocolState next = next(state, index, action);
                    if (next != null) {
                        return Optional.of(next);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private boolean isStillOfUse(ProtocolMessage message, ProtocolState state) {
        if (message instanceof ProtocolMessage.Prepare
                || message instanceof ProtocolMessage.Abort
                || message instanceof ProtocolMessage.Copy) {
            return false;
        }
        boolean repeated = message instanceof ProtocolMessage.Commit
                || message instanceof ProtocolMessage.Inquire
                || message instanceof ProtocolMessage.Answer;
        return !repeated
                || Arrays.stream(state.members)
                        .mapToObj(servers::state)
                        .anyMatch(member -> member.asksAbout(message.key()) || member.tellsAbout(message.key()));
    }

    /**
     * Of old messages only those arrive that somebody repeats: what is to end must not end because of an abort that was late, or
     * because a server had asked in an earlier life.
     */
    private Optional<ProtocolState> firstArrival(ProtocolState state) {
        for (int index = 0; index < state.members.length; index++) {
            for (int message : state.messages) {
                if (isStillOfUse(servers.message(message), state)) {
                    ProtocolState next = next(state, index, servers.receiving(message));
                    if (next != null) {
                        return Optional.of(next);
                    }
                }
            }
        }
        return Optional.empty();
    }
}
