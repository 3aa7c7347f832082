package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.StoreHistory.Read;
import io.chunkserver.core.testkit.StoreHistory.ReadKind;
import io.chunkserver.core.testkit.StoreHistory.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/**
 * Compares the checker with one that is right by reading: it tries all orders of all subsets of the calls that may have had no
 * effect. Small histories of stores, deletes and reads of the latest version; reads at members, which may be behind, are left to
 * {@link StoreHistoryCheckerTest}.
 */
class StoreHistoryCheckerProperties {

    private static final int MOST_CALLS = 5;
    private static final int NEVER = 100;
    private static final ChunkId CHUNK = new ChunkId("file", 0);

    private enum Kind {
        STORE,
        DELETE,
        READ
    }

    private enum Answer {
        /** Committed, or found, as this version. */
        VERSION,
        /** Aborted, or not found. */
        NOTHING,
        NONE
    }

    /**
     * A call; each writing one is a transaction of its own.
     *
     * @param began  when it was made; calls are made in the order of their places in the history where this is equal
     * @param lasts  how many moments later it was answered
     * @param writer which call a read names as the one that wrote what it found
     */
    record Call(Kind kind, Answer answer, int began, int lasts, int version, int writer) {

        int ended() {
            return answer == Answer.NONE ? NEVER : began + lasts;
        }

        boolean writes() {
            return kind != Kind.READ;
        }

        boolean mayHaveNoEffect() {
            return answer == Answer.NONE;
        }

        /** Whether it tells nothing: an aborted write had no effect, and an unanswered read has none. */
        boolean silent() {
            return writes() ? answer == Answer.NOTHING : answer == Answer.NONE;
        }
    }

    @Property(tries = 5000)
    void theVerdictIsThatOfAllOrders(@ForAll("histories") List<Call> calls) {
        boolean expected = anyOrderExplains(calls, new ArrayList<>(), new boolean[calls.size()]);

        Optional<String> violation = StoreHistoryChecker.violation(history(calls));

        assertThat(violation.isEmpty()).as("accepted; %s", violation).isEqualTo(expected);
        long telling = calls.stream().filter(call -> !call.silent()).count();
        if (telling > 2) {
            Statistics.label("verdict on three calls or more")
                    .collect(expected ? "accepted" : "rejected")
                    .coverage(coverage -> {
                        coverage.check("accepted").percentage(part -> part > 5);
                        coverage.check("rejected").percentage(part -> part > 5);
                    });
        }
    }

    @Provide
    Arbitrary<List<Call>> histories() {
        Arbitrary<Kind> kinds =
                Arbitraries.frequency(Tuple.of(4, Kind.STORE), Tuple.of(2, Kind.DELETE), Tuple.of(4, Kind.READ));
        Arbitrary<Answer> answers = Arbitraries.frequency(
                Tuple.of(5, Answer.VERSION), Tuple.of(2, Answer.NOTHING), Tuple.of(3, Answer.NONE));
        return Combinators.combine(
                        kinds,
                        answers,
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(0, MOST_CALLS - 1))
                .as(Call::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(MOST_CALLS);
    }

    // The right answer

    /** Whether the calls in this order, and some order of some of those that are left, explain all answers. */
    private static boolean anyOrderExplains(List<Call> calls, List<Integer> order, boolean[] taken) {
        if (!explains(calls, order)) {
            return false;
        }
        boolean complete = true;
        for (int i = 0; i < calls.size(); i++) {
            complete &= taken[i] || calls.get(i).silent() || calls.get(i).mayHaveNoEffect();
        }
        if (complete) {
            return true;
        }
        for (int i = 0; i < calls.size(); i++) {
            if (!taken[i] && !calls.get(i).silent()) {
                taken[i] = true;
                order.add(i);
                boolean found = anyOrderExplains(calls, order, taken);
                order.remove(order.size() - 1);
                taken[i] = false;
                if (found) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the calls, one after the other in this order, give their answers, and none comes before one that it followed. */
    private static boolean explains(List<Call> calls, List<Integer> order) {
        int version = 0;
        int writer = -1;
        boolean absent = true;
        for (int place = 0; place < order.size(); place++) {
            Call call = calls.get(order.get(place));
            for (int later : order.subList(place + 1, order.size())) {
                if (calls.get(later).ended() < call.began()) {
                    return false;
                }
            }
            if (call.writes()) {
                version++;
                writer = order.get(place);
                absent = call.kind() == Kind.DELETE;
                if (call.answer() == Answer.VERSION && call.version() != version) {
                    return false;
                }
            } else if (call.answer() == Answer.NOTHING ? !absent : !sees(call, version, absent, writer)) {
                return false;
            }
        }
        return true;
    }

    private static boolean sees(Call read, int version, boolean absent, int writer) {
        return !absent && read.version() == version && read.writer() == writer;
    }

    // The same as a history

    private static StoreHistory history(List<Call> calls) {
        StoreHistory history = new StoreHistory();
        Object[] made = new Object[calls.size()];
        for (int moment = 0; moment < NEVER; moment++) {
            for (int i = 0; i < calls.size(); i++) {
                if (calls.get(i).began() == moment) {
                    made[i] = begin(history, calls.get(i), i);
                }
            }
            for (int i = 0; i < calls.size(); i++) {
                if (calls.get(i).ended() == moment) {
                    answer(made[i], calls.get(i));
                }
            }
        }
        return history;
    }

    private static Object begin(StoreHistory history, Call call, int number) {
        return switch (call.kind()) {
            case STORE -> history.store(CHUNK, transaction(number), "bytes of " + number);
            case DELETE -> history.delete(CHUNK, transaction(number));
            case READ -> history.read(CHUNK, new ServerId("member" + number), ReadKind.LATEST);
        };
    }

    private static void answer(Object made, Call call) {
        ChunkVersion version = new ChunkVersion(call.version());
        if (made instanceof Write write) {
            if (call.answer() == Answer.VERSION) {
                write.committed(version, List.of());
            } else {
                write.aborted();
            }
        } else if (made instanceof Read read) {
            if (call.answer() == Answer.VERSION) {
                read.found(version, transaction(call.writer()), "bytes of " + call.writer());
            } else {
                read.absent();
            }
        }
    }

    private static TransactionId transaction(int number) {
        return new TransactionId("client", 0, number);
    }
}
