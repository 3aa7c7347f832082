package io.chunkserver.core.commit;

import io.chunkserver.core.commit.MemberAction.Restarts;
import io.chunkserver.core.commit.MemberAction.Wipe;
import io.chunkserver.core.commit.ParticipantState.Phase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What each server can do, and what that leads to. It depends on nothing but the server's own state, so it is worked out once and
 * looked up afterwards: of all the millions of states only some thousand servers and messages are different. They are numbered.
 */
final class ServerSteps {

    private final ProtocolBounds bounds;
    private final ProtocolRules rules;
    private final Numbering<MemberState> states = new Numbering<>();
    private final Numbering<ProtocolMessage> messages = new Numbering<>();
    private final Numbering<MemberAction> actions = new Numbering<>();

    private final Remembered<Integer> receiving = new Remembered<>(this::findReceiving);
    private final Remembered<int[]> own = new Remembered<>(this::findOwn);
    private final Remembered<Remembered<Step>> steps =
            new Remembered<>(state -> new Remembered<>(action -> findStep(state, action)));
    private final Remembered<MemberFacts> facts = new Remembered<>(state -> MemberFacts.of(states.get(state)));
    private final Remembered<Integer> mirroredStates =
            new Remembered<>(state -> states.of(MirrorImage.of(states.get(state))));
    private final Remembered<Integer> mirroredMessages =
            new Remembered<>(message -> messages.of(MirrorImage.of(messages.get(message))));

    /** What an action of a server leads to; its text says what happened. */
    static final class Step {

        /** The server's state afterwards. */
        final int next;

        private final int[] sent;
        private final String text;

        private Step(int next, int[] sent, String text) {
            this.next = next;
            this.sent = sent;
            this.text = text;
        }

        /** These messages with those that the step sends; the very same when none of them is new. */
        int[] sentAfter(int[] messages) {
            int[] all = messages;
            for (int message : sent) {
                int at = Arrays.binarySearch(all, message);
                if (at < 0) {
                    int[] more = new int[all.length + 1];
                    System.arraycopy(all, 0, more, 0, -at - 1);
                    more[-at - 1] = message;
                    System.arraycopy(all, -at - 1, more, -at, all.length + at + 1);
                    all = more;
                }
            }
            return all;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Values by number, each found when it is first asked for. */
    private static final class Remembered<T> {

        private final IntFunction<T> find;
        private final ArrayList<T> found = new ArrayList<>();

        Remembered(IntFunction<T> find) {
            this.find = find;
        }

        T get(int number) {
            T known = number < found.size() ? found.get(number) : null;
            if (known != null) {
                return known;
            }
            T value = find.apply(number);
            while (found.size() <= number) {
                found.add(null);
            }
            found.set(number, value);
            return value;
        }
    }

    ServerSteps(ProtocolBounds bounds, ProtocolRules rules) {
        this.bounds = bounds;
        this.rules = rules;
    }

    int number(MemberState state) {
        return states.of(state);
    }

    int number(MemberAction action) {
        return actions.of(action);
    }

    MemberState state(int number) {
        return states.get(number);
    }

    MemberAction action(int number) {
        return actions.get(number);
    }

    ProtocolMessage message(int number) {
        return messages.get(number);
    }

    MemberFacts facts(int state) {
        return facts.get(state);
    }

    /** The action of receiving this message. */
    int receiving(int message) {
        return receiving.get(message);
    }

    private int findReceiving(int message) {
        return actions.of(new MemberAction.Receives(messages.get(message)));
    }

    /** B and C in each other's place. */
    ProtocolState mirrored(ProtocolState state) {
        int[] servers = {
            mirroredStates.get(state.members[0]),
            mirroredStates.get(state.members[2]),
            mirroredStates.get(state.members[1])
        };
        int[] sent = new int[state.messages.length];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = mirroredMessages.get(state.messages[i]);
        }
        Arrays.sort(sent);
        return new ProtocolState(servers, sent, state.restarts, state.wipes, state.diskFailures);
    }

    Step step(int state, int action) {
        return steps.get(state).get(action);
    }

    private Step findStep(int state, int action) {
        MemberState before = states.get(state);
        MemberAction taken = actions.get(action);
        ExploredMember server = new ExploredMember(rules, bounds.members(), before);
        server.act(taken);
        if (bounds.copies()) {
            server.offerCopy();
        }
        String what =
                taken instanceof MemberAction.Receives received ? "receives " + received.message() : taken.toString();
        return new Step(
                states.of(server.state()),
                server.sent().stream().mapToInt(messages::of).toArray(),
                before.self() + " " + what + (server.sent().isEmpty() ? "" : ", sends " + server.sent()));
    }

    /** What a server can do without a message. */
    int[] own(int state) {
        return own.get(state);
    }

    private int[] findOwn(int number) {
        MemberState state = states.get(number);
        List<MemberAction> possible = new ArrayList<>();
        bounds.coordinators().entrySet().stream()
                .filter(entry -> entry.getValue().contains(state.self()))
                .map(entry -> new MemberAction.Begins(entry.getKey()))
                .forEach(possible::add);
        state.coordinating().keySet().stream().sorted().forEach(transaction -> {
            possible.add(new MemberAction.GivesUp(transaction));
            possible.add(new MemberAction.StopsWaiting(transaction));
        });
        ParticipantState.Open open = state.chunk().open();
        if (open != null && open.phase() == Phase.STAGING) {
            possible.add(new MemberAction.Stages());
            possible.add(new MemberAction.FailsToStage());
        }
        if (open != null && open.phase() == Phase.PREPARED && rules.abortsOnTimeout()) {
            possible.add(new MemberAction.LosesPatience());
        }
        if (!state.pending().isEmpty() && !state.failed()) {
            possible.add(new MemberAction.Forces());
            possible.add(new MemberAction.FailsToForce());
        }
        for (int survivors = 0; survivors <= state.pending().size(); survivors++) {
            possible.add(new Restarts(survivors, Wipe.NOTHING));
        }
        possible.add(new Restarts(0, Wipe.LOG));
        possible.add(new Restarts(0, Wipe.DIRECTORY));
        possible.add(new Restarts(0, Wipe.DIRECTORY_LOWER));
        return possible.stream().mapToInt(actions::of).toArray();
    }
}
