package io.chunkserver.examples.owncoordinator;

import io.chunkserver.core.testkit.StateExplorer;
import io.chunkserver.examples.owncoordinator.DecisionRules.Phase;
import io.chunkserver.examples.owncoordinator.DecisionRules.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The world around {@link DecisionRules}: two members, a disk, and a network in which what was once said may arrive at any time, any
 * number of times or never. The coordinator may lose power and start again, twice.
 */
final class TransactionModel implements StateExplorer.Model<TransactionModel.World> {

    static final List<String> MEMBERS = List.of("a", "b");

    private static final int MOST_RESTARTS = 2;

    private final DecisionRules rules;

    TransactionModel(DecisionRules rules) {
        this.rules = rules;
    }

    /** The decision on the coordinator's disk; power may be lost while it is being written, and the disk then has it or not. */
    enum Entry {
        NONE,
        BEING_WRITTEN,
        THERE
    }

    enum Fate {
        WORKING,
        PROMISED,
        COMMITTED,
        ABORTED
    }

    /**
     * A member. One that has aborted without a promise says no.
     *
     * @param saidYes stays true for ever, as its vote may still be on its way
     */
    record Member(Fate fate, boolean saidYes) {}

    /**
     * Everything at one moment.
     *
     * @param saidCommit the coordinator has told the members to commit, and may do so again
     * @param saidAbort  it has told them to abort
     */
    record World(
            Transaction transaction,
            Entry record,
            boolean saidCommit,
            boolean saidAbort,
            List<Member> members,
            int restarts) {

        /** The coordinator is there now, and does what its phase asks for. */
        World with(Transaction next) {
            boolean begins = next.phase() == Phase.RECORDING && transaction.phase() != Phase.RECORDING;
            return new World(
                    next,
                    begins ? Entry.BEING_WRITTEN : record,
                    saidCommit || next.phase() == Phase.COMMITTED,
                    saidAbort || next.phase() == Phase.ABORTED,
                    members,
                    restarts);
        }

        World with(Entry next) {
            return new World(transaction, next, saidCommit, saidAbort, members, restarts);
        }

        World with(int index, Fate fate) {
            List<Member> changed = new ArrayList<>(members);
            changed.set(index, new Member(fate, members.get(index).saidYes() || fate == Fate.PROMISED));
            return new World(transaction, record, saidCommit, saidAbort, List.copyOf(changed), restarts);
        }

        World restarted() {
            return new World(transaction, record, saidCommit, saidAbort, members, restarts + 1);
        }
    }

    @Override
    public World initial() {
        Member working = new Member(Fate.WORKING, false);
        return new World(rules.begun(), Entry.NONE, false, false, List.of(working, working), 0);
    }

    @Override
    public void steps(World world, StateExplorer.Step<World> step) {
        for (int index = 0; index < MEMBERS.size(); index++) {
            memberSteps(world, index, step);
        }
        step.to("the coordinator's time runs out", world.with(rules.timedOut(world.transaction())));
        if (world.record() == Entry.BEING_WRITTEN) {
            step.to("the record is forced", forced(world));
        }
        if (world.restarts() < MOST_RESTARTS) {
            if (world.record() != Entry.THERE) {
                step.to("the coordinator restarts without a record", restart(world, Entry.NONE));
            }
            if (world.record() != Entry.NONE) {
                step.to("the coordinator restarts and finds the record", restart(world, Entry.THERE));
            }
        }
    }

    private void memberSteps(World world, int index, StateExplorer.Step<World> step) {
        String name = MEMBERS.get(index);
        Member member = world.members().get(index);
        if (member.fate() == Fate.WORKING) {
            step.to(name + " promises", world.with(index, Fate.PROMISED));
            step.to(name + " refuses", world.with(index, Fate.ABORTED));
        }
        if (member.saidYes()) {
            step.to("the yes of " + name + " arrives", world.with(rules.voted(world.transaction(), name, true)));
        } else if (member.fate() == Fate.ABORTED) {
            step.to("the no of " + name + " arrives", world.with(rules.voted(world.transaction(), name, false)));
        }
        if (world.saidCommit() && isOpen(member)) {
            step.to(name + " hears that it is to commit", world.with(index, Fate.COMMITTED));
        }
        if (world.saidAbort() && isOpen(member)) {
            step.to(name + " hears that it is to abort", world.with(index, Fate.ABORTED));
        }
    }

    private static boolean isOpen(Member member) {
        return member.fate() == Fate.WORKING || member.fate() == Fate.PROMISED;
    }

    private World forced(World world) {
        return world.with(Entry.THERE).with(rules.recorded(world.transaction()));
    }

    private World restart(World world, Entry left) {
        return world.restarted().with(left).with(rules.restarted(left == Entry.THERE));
    }

    @Override
    public long fingerprint(World world) {
        return StateExplorer.fingerprintOf(world.toString());
    }

    @Override
    public Optional<String> brokenIn(World world) {
        for (int index = 0; index < MEMBERS.size(); index++) {
            if (world.members().get(index).fate() == Fate.COMMITTED) {
                for (int other = 0; other < MEMBERS.size(); other++) {
                    Member member = world.members().get(other);
                    if (member.fate() == Fate.ABORTED || !member.saidYes()) {
                        return Optional.of(MEMBERS.get(index) + " has committed, and " + MEMBERS.get(other)
                                + (member.saidYes() ? " has aborted" : " has not promised"));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** A wait for votes ends, the record gets to the disk, and every member hears what was decided. */
    @Override
    public Optional<World> calm(World world) {
        if (world.transaction().phase() == Phase.VOTING) {
            return Optional.of(world.with(rules.timedOut(world.transaction())));
        }
        if (world.transaction().phase() == Phase.RECORDING) {
            return Optional.of(forced(world));
        }
        boolean commit = world.transaction().phase() == Phase.COMMITTED;
        for (int index = 0; index < MEMBERS.size(); index++) {
            if (isOpen(world.members().get(index))) {
                return Optional.of(world.with(index, commit ? Fate.COMMITTED : Fate.ABORTED));
            }
        }
        return Optional.empty();
    }

    /** Nobody waits any more in a quiet world; but not everybody may have heard the same. */
    @Override
    public Optional<String> leftOverIn(World quiet) {
        return brokenIn(quiet);
    }
}
