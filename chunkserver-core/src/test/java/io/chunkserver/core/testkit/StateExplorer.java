package io.chunkserver.core.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Visits every state that a model can reach, the nearest first, and checks each.
 *
 * <p>Of a visited state only a fingerprint of 64 bits is kept, as in TLC (Yu, Manolios, Lamport, <i>Model Checking TLA+
 * Specifications</i>, 1999): with n states the chance that one was taken for another and not looked at is below
 * n²/2⁶⁵, less than one in 100,000 for 10,000,000 states.
 *
 * <p>Because the nearest states come first, a counter-example has the fewest steps that break the promise.
 *
 * @param <S> a state; must not change
 */
public final class StateExplorer<S> {

    private static final int MAX_CALM_STEPS = 10_000;

    private final Model<S> model;
    private final long maxStates;

    private final FingerprintTable visited = new FingerprintTable();
    private final FingerprintTable ending = new FingerprintTable();
    private final ArrayDeque<S> frontier = new ArrayDeque<>();
    private long steps;
    private int depth;
    private @Nullable CounterExample counterExample;

    /**
     * What is explored.
     *
     * @param <S> a state
     */
    public interface Model<S> {

        S initial();

        /** Reports every step that can be taken from this state, always in the same order. */
        void steps(S state, Step<S> step);

        /**
         * Equal for equal states, and as good as never for others. States that are alike by symmetry may share one. Small
         * models use {@link #fingerprintOf}.
         */
        long fingerprint(S state);

        /** What is wrong with this state, if anything. */
        Optional<String> brokenIn(S state);

        /**
         * The next step of a run in which nothing fails any more and nobody asks for anything new; empty when all is quiet.
         * Such a run must come to an end from everywhere.
         */
        Optional<S> calm(S state);

        /** What is left over in a quiet state that should not be, if anything. */
        Optional<String> leftOverIn(S quiet);
    }

    /** Takes the steps of a state. */
    @FunctionalInterface
    public interface Step<S> {

        /** @param label says what happens; only its text is used */
        void to(Object label, S next);
    }

    /** A broken promise and the shortest way to it. */
    public record CounterExample(String broken, List<String> way) {

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(broken)
                    .append(", after ")
                    .append(way.size())
                    .append(" steps:");
            for (int i = 0; i < way.size(); i++) {
                text.append(System.lineSeparator()).append(String.format("  %2d. %s", i + 1, way.get(i)));
            }
            return text.toString();
        }
    }

    /**
     * What was seen.
     *
     * @param states   different states
     * @param steps    steps between them
     * @param depth    steps to the farthest one; a counter-example is as far away
     * @param complete false when the limit of states, or a counter-example, ended the exploration
     */
    public record Report(
            long states, long steps, int depth, boolean complete, double seconds, Optional<CounterExample> found) {

        @Override
        public String toString() {
            return String.format(
                    "%,d states, %,d steps, depth %d, %.1f s%s",
                    states, steps, depth, seconds, complete ? ", all" : ", not all");
        }
    }

    private StateExplorer(Model<S> model, long maxStates) {
        this.model = model;
        this.maxStates = maxStates;
    }

    /** Explores until all is seen, the limit is reached, or a promise is broken. */
    public static <S> Report explore(Model<S> model, long maxStates) {
        return new StateExplorer<>(model, maxStates).run();
    }

    /** The fingerprint of a state that is told from all others by its text, as a record of values and sorted collections is. */
    public static long fingerprintOf(String text) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.add(text);
        return fingerprint.value();
    }

    private Report run() {
        long begin = System.nanoTime();
        visit(model.initial(), FingerprintTable.NONE, 0);
        int index = 0;
        int levelEnd = 1;
        while (!frontier.isEmpty() && counterExample == null && visited.size() <= maxStates) {
            if (index == levelEnd) {
                levelEnd = visited.size();
                depth++;
            }
            expand(frontier.poll(), index++);
        }
        boolean nextLevelSeen = visited.size() > levelEnd;
        return new Report(
                visited.size(),
                steps,
                nextLevelSeen ? depth + 1 : depth,
                frontier.isEmpty() && counterExample == null,
                (System.nanoTime() - begin) / 1e9,
                Optional.ofNullable(counterExample));
    }

    private void expand(S state, int index) {
        int[] ordinal = {0};
        model.steps(state, (label, next) -> {
            steps++;
            visit(next, index, ordinal[0]++);
        });
    }

    private void visit(S state, int parent, int ordinal) {
        int index = visited.add(model.fingerprint(state), parent, ordinal);
        if (index == FingerprintTable.NONE || counterExample != null) {
            return;
        }
        model.brokenIn(state)
                .or(() -> leftOver(state))
                .ifPresentOrElse(
                        broken -> counterExample = new CounterExample(broken, way(index)), () -> frontier.add(state));
    }

    /** Lets everything come to rest; from a state that an earlier run passed, the way on is known to be good. */
    private Optional<String> leftOver(S from) {
        S state = from;
        Set<Long> passed = new HashSet<>();
        for (int step = 0; step < MAX_CALM_STEPS; step++) {
            long fingerprint = model.fingerprint(state);
            if (!passed.add(fingerprint)) {
                return Optional.of("does not come to rest: without a fault, " + step + " steps on, it is where it was");
            }
            if (ending.add(fingerprint, 0, 0) == FingerprintTable.NONE) {
                return Optional.empty();
            }
            Optional<S> next = model.calm(state);
            if (next.isEmpty()) {
                return model.leftOverIn(state);
            }
            state = next.get();
        }
        return Optional.of("does not come to rest within " + MAX_CALM_STEPS + " steps without a fault");
    }

    /** Goes the way to this state once more, to say what happened on it. */
    private List<String> way(int index) {
        ArrayDeque<Integer> ordinals = new ArrayDeque<>();
        for (int at = index; visited.parent(at) != FingerprintTable.NONE; at = visited.parent(at)) {
            ordinals.push(visited.ordinal(at));
        }
        List<String> way = new ArrayList<>();
        S state = model.initial();
        for (int ordinal : ordinals) {
            state = take(state, ordinal, way);
        }
        return way;
    }

    private S take(S state, int ordinal, List<String> way) {
        List<S> taken = new ArrayList<>(1);
        int[] count = {0};
        model.steps(state, (label, next) -> {
            if (count[0]++ == ordinal) {
                way.add(label.toString());
                taken.add(next);
            }
        });
        return taken.get(0);
    }
}
