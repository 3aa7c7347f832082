package io.chunkserver.core.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Searches an order of the operations on one chunk that explains what was heard: each operation between its call and its
 * answer, each version after the one before.
 *
 * <p>The search of Wing and Gong (<i>Testing and Verifying Concurrent Objects</i>, JPDC 1993) with states remembered and
 * operations put in order just in time, when they are answered (Lowe, <i>Testing for Linearizability</i>, 2017). A read changes
 * nothing, so putting it in order as soon as the state fits is never worse than later; only writes are tried out.
 */
final class LinearizationSearch {

    /** The version of a write that nobody saw, and of a read that found nothing. */
    static final long UNKNOWN = -1;

    /** More orders at once than this are no test history but a mistake in the test. */
    private static final int MAX_STATES = 1_000_000;

    private static final int SHOWN_OPERATIONS = 12;

    /** What an operation does to the chunk, or learns of it. */
    enum Kind {
        STORE,
        DELETE,
        /** The chunk has this version. */
        SEE,
        /** The chunk has this version or has had it. */
        SEE_AT_LEAST,
        /** There is no such chunk. */
        SEE_NOTHING
    }

    /** @param ended {@link Long#MAX_VALUE} when it was never answered */
    record Operation(Kind kind, long version, long began, long ended, String text) {

        boolean writes() {
            return kind == Kind.STORE || kind == Kind.DELETE;
        }
    }

    /**
     * What may be the case at one moment.
     *
     * @param done operations that are not answered yet and have taken effect; never changed
     */
    private record State(long version, boolean absent, BitSet done) {

        State without(int operation) {
            BitSet rest = (BitSet) done.clone();
            rest.clear(operation);
            return new State(version, absent, rest);
        }

        String describe() {
            return absent ? "no chunk (version " + version + ")" : "version " + version;
        }
    }

    private record Moment(long at, int operation) {}

    private final List<Operation> operations;
    private final Map<Long, Integer> writers = new HashMap<>();
    private final BitSet open = new BitSet();
    private final long newest;
    private Set<State> states = new LinkedHashSet<>(Set.of(new State(0, true, new BitSet())));

    private LinearizationSearch(List<Operation> operations) {
        this.operations = operations;
        long last = 0;
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            if (operation.writes() && operation.version() != UNKNOWN) {
                writers.put(operation.version(), i);
                last = Math.max(last, operation.version());
            }
        }
        newest = last;
    }

    /** Why there is no such order; empty when there is one. */
    static Optional<String> violation(List<Operation> operations) {
        return new LinearizationSearch(operations).run();
    }

    private Optional<String> run() {
        for (Moment moment : moments()) {
            int index = moment.operation();
            if (moment.at() == operations.get(index).began()) {
                open.set(index);
                states = withReadsDone(states);
            } else {
                Set<State> before = states;
                states = answered(index);
                if (states.isEmpty()) {
                    return Optional.of(explain(index, before));
                }
                open.clear(index);
            }
        }
        return Optional.empty();
    }

    private List<Moment> moments() {
        List<Moment> moments = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            moments.add(new Moment(operations.get(i).began(), i));
            if (operations.get(i).ended() != Long.MAX_VALUE) {
                moments.add(new Moment(operations.get(i).ended(), i));
            }
        }
        moments.sort(Comparator.comparingLong(Moment::at));
        return moments;
    }

    /** The states in which the operation has taken effect, reached with as few further writes as it needs. */
    private Set<State> answered(int index) {
        Set<State> reached = new LinkedHashSet<>();
        Set<State> seen = new LinkedHashSet<>(states);
        ArrayDeque<State> left = new ArrayDeque<>(states);
        while (!left.isEmpty()) {
            State state = left.remove();
            if (state.done().get(index)) {
                reached.add(state.without(index));
                continue;
            }
            for (State next : successors(state)) {
                if (seen.add(next)) {
                    left.add(next);
                }
            }
            if (seen.size() > MAX_STATES) {
                throw new IllegalStateException(
                        "more than " + MAX_STATES + " orders of " + operations.size() + " operations at once");
            }
        }
        return reached;
    }

    /** What the chunk may become by the next version: that of the write that made it or, when nobody saw it, of any such. */
    private List<State> successors(State state) {
        long next = state.version() + 1;
        Integer writer = writers.get(next);
        if (writer != null) {
            return open.get(writer) && !state.done().get(writer) ? List.of(after(state, writer)) : List.of();
        }
        List<State> found = new ArrayList<>();
        if (next < newest || anyReadFindsNothing()) {
            unseen(state, Kind.STORE).ifPresent(i -> found.add(after(state, i)));
            unseen(state, Kind.DELETE).ifPresent(i -> found.add(after(state, i)));
        }
        return found;
    }

    /** Any write that nobody saw: none of them is ever answered, so one is as good as the other. */
    private OptionalInt unseen(State state, Kind kind) {
        return open.stream()
                .filter(i -> operations.get(i).kind() == kind
                        && operations.get(i).version() == UNKNOWN
                        && !state.done().get(i))
                .findFirst();
    }

    /** Beyond the newest version that was seen a write matters only to a read that finds nothing. */
    private boolean anyReadFindsNothing() {
        return open.stream().anyMatch(i -> operations.get(i).kind() == Kind.SEE_NOTHING);
    }

    private State after(State state, int write) {
        BitSet done = (BitSet) state.done().clone();
        done.set(write);
        Operation operation = operations.get(write);
        return withReadsDone(new State(state.version() + 1, operation.kind() == Kind.DELETE, done));
    }

    private Set<State> withReadsDone(Set<State> all) {
        Set<State> changed = new LinkedHashSet<>();
        all.forEach(state -> changed.add(withReadsDone(state)));
        return changed;
    }

    private State withReadsDone(State state) {
        BitSet done = (BitSet) state.done().clone();
        open.stream().filter(i -> fits(operations.get(i), state)).forEach(done::set);
        return new State(state.version(), state.absent(), done);
    }

    private static boolean fits(Operation operation, State state) {
        return switch (operation.kind()) {
            case STORE, DELETE -> false;
            case SEE -> operation.version() == state.version();
            case SEE_AT_LEAST -> operation.version() <= state.version();
            case SEE_NOTHING -> state.absent();
        };
    }

    private String explain(int index, Set<State> before) {
        Operation failed = operations.get(index);
        StringBuilder text = new StringBuilder("no order of the operations explains\n  ")
                .append(failed.text())
                .append("\nwhen it was answered the chunk could only have been: ");
        text.append(String.join(
                ", ", before.stream().map(State::describe).distinct().sorted().toList()));
        text.append("\nbecause of what was answered before:");
        operations.stream()
                .filter(operation -> operation.ended() < failed.ended())
                .sorted(Comparator.comparingLong(Operation::ended).reversed())
                .limit(SHOWN_OPERATIONS)
                .sorted(Comparator.comparingLong(Operation::ended))
                .forEach(operation -> text.append("\n  ").append(operation.text()));
        text.append("\nand beside what had no answer yet:");
        open.stream()
                .filter(i -> i != index)
                .limit(SHOWN_OPERATIONS)
                .forEach(i -> text.append("\n  ").append(operations.get(i).text()));
        return text.toString();
    }
}
