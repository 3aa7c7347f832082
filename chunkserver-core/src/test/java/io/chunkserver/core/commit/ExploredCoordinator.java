package io.chunkserver.core.commit;

import static java.util.Objects.requireNonNull;

import io.chunkserver.core.commit.MemberState.Coordination;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Ended;
import io.chunkserver.core.commit.log.TransactionTable;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One explored server as a coordinator: does what the pure machine says, as {@link CoordinatedTransaction} does in the product. */
final class ExploredCoordinator {

    private final ProtocolRules rules;
    private final List<ServerId> members;
    private final ServerId self;
    private final ExploredLog log;
    private final ExploredParticipant participant;
    private final List<ProtocolMessage> sent;

    private long boot;
    private long counter;
    private Map<TransactionId, Coordination> coordinating;

    ExploredCoordinator(
            ProtocolRules rules,
            List<ServerId> members,
            MemberState before,
            ExploredLog log,
            ExploredParticipant participant,
            List<ProtocolMessage> sent) {
        this.rules = rules;
        this.members = members;
        this.log = log;
        this.participant = participant;
        this.sent = sent;
        self = before.self();
        boot = before.boot();
        counter = before.counter();
        coordinating = new HashMap<>(before.coordinating());
    }

    long boot() {
        return boot;
    }

    long counter() {
        return counter;
    }

    Map<TransactionId, Coordination> coordinating() {
        return coordinating;
    }

    void begin(TransactionId transaction) {
        boolean remembered =
                rules.remembersOutcomes() && log.outcome(transaction).isPresent();
        if (log.failed() || remembered || coordinating.containsKey(transaction)) {
            return;
        }
        counter++;
        StageKey key = new StageKey(transaction, new Attempt(boot, counter));
        ChunkVersion base = participant.chunk().version();
        Decided decision = new Decided(
                transaction,
                key.attempt(),
                ProtocolBounds.CHUNK,
                base.next(),
                false,
                Durability.SYNC,
                0,
                0,
                ProtocolBounds.chain(self, members),
                0);
        coordinating.put(
                transaction,
                new Coordination(key, decision, CoordinatorState.preparing(Set.copyOf(members)), Map.of()));
        ProtocolMessage.Prepare message = new ProtocolMessage.Prepare(key, self, log.id(), base.number());
        sent.add(message);
        participant.prepare(message);
    }

    /** How far it is with this attempt; null when it does not coordinate it. */
    CoordinatorState.@Nullable Phase phase(StageKey key) {
        return coordinates(key)
                ? requireNonNull(coordinating.get(key.transaction())).state().phase()
                : null;
    }

    private boolean coordinates(StageKey key) {
        Coordination open = coordinating.get(key.transaction());
        return open != null && (open.key().equals(key) || !rules.comparesAttempts());
    }

    void collect(ProtocolMessage.Voted voted) {
        if (!coordinates(voted.key())) {
            return;
        }
        TransactionId transaction = voted.key().transaction();
        Coordination open = requireNonNull(coordinating.get(transaction));
        if (open.state().phase() != CoordinatorState.Phase.PREPARING) {
            return; // the product waits for the votes once
        }
        Map<ServerId, Boolean> votes = new HashMap<>(open.votes());
        votes.putIfAbsent(voted.member(), voted.yes());
        coordinating.put(transaction, new Coordination(open.key(), open.decision(), open.state(), Map.copyOf(votes)));
        if (votes.size() == members.size() || !voted.yes()) {
            List<Vote> all = votes.entrySet().stream()
                    .map(vote -> vote.getValue()
                            ? Vote.yes(vote.getKey())
                            : Vote.no(vote.getKey(), ExploredMember.CANCELLED))
                    .toList();
            handle(transaction, new CoordinatorEvent.Voted(all));
        }
    }

    /** Handles what concerns one attempt, if that is the one that it coordinates. */
    void handle(StageKey key, CoordinatorEvent event) {
        if (coordinates(key)) {
            handle(key.transaction(), event);
        }
    }

    void handle(TransactionId transaction, CoordinatorEvent event) {
        Coordination open = coordinating.get(transaction);
        if (open == null) {
            return;
        }
        CoordinatorMachine.Step step = rules.coordinator(open.state(), event);
        CoordinatorState.Phase phase = step.state().phase();
        if (phase == CoordinatorState.Phase.ENDED || phase == CoordinatorState.Phase.ABORTED) {
            coordinating.remove(transaction);
        } else {
            coordinating.put(
                    transaction,
                    new Coordination(
                            open.key(),
                            open.decision(),
                            step.state(),
                            phase == CoordinatorState.Phase.PREPARING ? open.votes() : Map.of()));
        }
        step.effects().forEach(effect -> perform(open, effect));
    }

    private void perform(Coordination open, CoordinatorEffect effect) {
        StageKey key = open.key();
        if (effect instanceof CoordinatorEffect.ForceDecision) {
            log.write(open.decision());
        } else if (effect instanceof CoordinatorEffect.Deliver) {
            sent.add(new ProtocolMessage.Commit(key));
        } else if (effect instanceof CoordinatorEffect.AbortMembers) {
            sent.add(new ProtocolMessage.Abort(key));
            participant.handle(new ParticipantEvent.Abort(key, ExploredMember.CANCELLED));
        } else if (effect instanceof CoordinatorEffect.TellCommitted told) {
            sent.add(new ProtocolMessage.ToldCommitted(key, told.applied()));
        } else if (effect instanceof CoordinatorEffect.TellAborted) {
            sent.add(new ProtocolMessage.ToldAborted(key));
        } else if (effect instanceof CoordinatorEffect.TellUnknown) {
            sent.add(new ProtocolMessage.ToldUnknown(key));
        } else if (effect instanceof CoordinatorEffect.AppendEnded) {
            log.write(new Ended(key.transaction(), key.attempt()));
        }
    }

    /** Loses its memory, and counts one boot more. */
    void crash() {
        coordinating = new HashMap<>();
        boot += rules.countsBoots() ? 1 : 0;
        counter = 0;
    }

    /** Loses the count of its boots, and begins again at this one. */
    void countBootsFrom(long first) {
        boot = first;
    }

    /** Goes on with what was decided and not confirmed by all. */
    void recover(TransactionTable table) {
        for (Decided decision : table.undelivered()) {
            StageKey key = MemberState.key(decision);
            coordinating.put(
                    decision.transaction(),
                    new Coordination(key, decision, CoordinatorState.decided(Set.copyOf(members)), Map.of()));
            sent.add(new ProtocolMessage.Commit(key));
        }
    }
}
