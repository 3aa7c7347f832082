package io.chunkserver.core.commit;

import static java.util.Objects.requireNonNull;

import io.chunkserver.core.commit.MemberAction.Wipe;
import io.chunkserver.core.commit.MemberState.Coordination;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Committed;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Ended;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One explored server during one action: does what the pure machines say, as the shells of the product do ({@link ChunkLane},
 * {@link CoordinatedTransaction}, {@link CommitRecovery}), with lists for a disk and a network.
 */
final class ExploredMember {

    private static final ChunkId CHUNK = new ChunkId("/explored", 0);
    private static final Failure CANCELLED = Failure.of(ErrorCode.CANCELLED, "cancelled");
    private static final Failure DISK_FAILED = Failure.of(ErrorCode.DISK_FAILED, "the disk failed");

    private final ProtocolRules rules;
    private final List<ServerId> members;
    private final List<ProtocolMessage> sent = new ArrayList<>();

    private final ServerId self;
    private long boot;
    private long counter;
    private int logs;
    private List<LogRecord> durable;
    private List<LogRecord> pending;
    private boolean failed;
    private ParticipantState chunk;
    private @Nullable Prepared hold;
    private boolean asking;
    private @Nullable StageKey published;
    private Set<StageKey> staged;
    private Map<TransactionId, Coordination> coordinating;
    private Set<StageKey> asked;
    private Set<StageKey> voting;
    private Set<StageKey> lost;

    private final Deque<ParticipantEvent> events = new ArrayDeque<>();
    private boolean handling;

    ExploredMember(ProtocolRules rules, List<ServerId> members, MemberState before) {
        this.rules = rules;
        this.members = members;
        self = before.self();
        boot = before.boot();
        counter = before.counter();
        logs = before.logs();
        durable = before.durable();
        pending = new ArrayList<>(before.pending());
        failed = before.failed();
        chunk = before.chunk();
        hold = before.hold();
        asking = before.asking();
        published = before.published();
        staged = new HashSet<>(before.staged());
        coordinating = new HashMap<>(before.coordinating());
        asked = new HashSet<>(before.asked());
        voting = new HashSet<>(before.voting());
        lost = before.lost();
    }

    MemberState state() {
        return new MemberState(
                self,
                boot,
                counter,
                logs,
                durable,
                pending,
                failed,
                chunk,
                hold,
                asking,
                published,
                staged,
                coordinating,
                asked,
                voting,
                lost);
    }

    List<ProtocolMessage> sent() {
        return sent;
    }

    void act(MemberAction action) {
        if (action instanceof MemberAction.Receives received) {
            receive(received.message());
        } else if (action instanceof MemberAction.Begins begins) {
            begin(begins.transaction());
        } else if (action instanceof MemberAction.GivesUp given) {
            coordinate(given.transaction(), new CoordinatorEvent.GivenUp(CANCELLED));
        } else if (action instanceof MemberAction.StopsWaiting waiting) {
            coordinate(waiting.transaction(), new CoordinatorEvent.ConfirmationsOverdue());
        } else if (action instanceof MemberAction.Stages) {
            handle(new ParticipantEvent.Staged(requireNonNull(chunk.open()).key()));
        } else if (action instanceof MemberAction.FailsToStage) {
            handle(new ParticipantEvent.StagingFailed(
                    requireNonNull(chunk.open()).key(), CANCELLED));
        } else if (action instanceof MemberAction.Forces) {
            force();
        } else if (action instanceof MemberAction.FailsToForce) {
            failToForce();
        } else if (action instanceof MemberAction.Restarts restart) {
            restart(restart);
        } else if (action instanceof MemberAction.LosesPatience) {
            handle(new ParticipantEvent.Abort(requireNonNull(chunk.open()).key(), CANCELLED));
        }
    }

    private void receive(ProtocolMessage message) {
        StageKey key = message.key();
        if (message instanceof ProtocolMessage.Prepare prepare) {
            // The coordinator asks itself by a call, when it begins, and never again.
            if (!prepare.coordinator().equals(self)) {
                prepare(prepare);
            }
        } else if (message instanceof ProtocolMessage.Voted voted) {
            collect(voted);
        } else if (message instanceof ProtocolMessage.Commit) {
            handle(new ParticipantEvent.Commit(key, isApplied(key)));
        } else if (message instanceof ProtocolMessage.Abort) {
            handle(new ParticipantEvent.Abort(key, CANCELLED));
        } else if (message instanceof ProtocolMessage.Confirmed confirmed && coordinates(key)) {
            coordinate(key.transaction(), new CoordinatorEvent.Confirmed(confirmed.member(), confirmed.reply()));
        } else if (message instanceof ProtocolMessage.Inquire inquire) {
            answer(inquire);
        } else if (message instanceof ProtocolMessage.Answer answer) {
            handle(
                    answer.answer() == InquiryAnswer.COMMIT
                            ? new ParticipantEvent.Commit(key, isApplied(key))
                            : new ParticipantEvent.Abort(key, CANCELLED));
        }
    }

    // As a participant

    private void prepare(ProtocolMessage.Prepare message) {
        StageKey key = message.key();
        if (!asked.add(key)) {
            return;
        }
        if (failed) {
            sent.add(new ProtocolMessage.Voted(key, self, false));
            return;
        }
        voting.add(key);
        ChunkVersion base = new ChunkVersion(message.base());
        arriving = new Prepared(
                key.transaction(),
                key.attempt(),
                CHUNK,
                base,
                0,
                false,
                Durability.SYNC,
                0,
                0,
                chain(message.coordinator()),
                message.log());
        handle(new ParticipantEvent.Prepare(
                key,
                base,
                0,
                message.log(),
                message.coordinator().equals(self),
                outcome(key).isPresent()));
    }

    /** The promise that the prepare under way would give. */
    private @Nullable Prepared arriving;

    private boolean isApplied(StageKey key) {
        return outcome(key)
                .filter(outcome -> outcome.attempt().equals(key.attempt())
                        && !outcome.version().isNewerThan(chunk.version()))
                .isPresent();
    }

    private Optional<Outcome> outcome(StageKey key) {
        return state().table().outcome(key.transaction());
    }

    private void handle(ParticipantEvent event) {
        events.add(event);
        if (handling) {
            return;
        }
        handling = true;
        for (ParticipantEvent next = events.poll(); next != null; next = events.poll()) {
            ParticipantMachine.Step step = rules.participant(chunk, next);
            chunk = step.state();
            step.effects().forEach(this::perform);
        }
        handling = false;
    }

    private void perform(ParticipantEffect effect) {
        StageKey key = effect.key();
        if (effect instanceof ParticipantEffect.Stage) {
            hold = requireNonNull(arriving);
            staged.add(key);
        } else if (effect instanceof ParticipantEffect.ForcePrepared) {
            write(requireNonNull(hold));
        } else if (effect instanceof ParticipantEffect.VoteYes) {
            if (voting.remove(key)) {
                sent.add(new ProtocolMessage.Voted(key, self, true));
            }
            if (!requireNonNull(chunk.open()).local()) {
                inquire(requireNonNull(hold));
            }
        } else if (effect instanceof ParticipantEffect.VoteNo) {
            if (voting.remove(key)) {
                sent.add(new ProtocolMessage.Voted(key, self, false));
            }
        } else if (effect instanceof ParticipantEffect.ForceCommitted) {
            write(new Committed(key.transaction(), key.attempt(), 0));
        } else if (effect instanceof ParticipantEffect.Publish) {
            publish(key);
        } else if (effect instanceof ParticipantEffect.AnswerCommit answer) {
            sent.add(new ProtocolMessage.Confirmed(key, self, answer.reply()));
        } else if (effect instanceof ParticipantEffect.AppendAborted) {
            write(new LogRecord.Aborted(key.transaction(), key.attempt()));
        } else if (effect instanceof ParticipantEffect.Discard) {
            staged.remove(key);
            letGo();
        }
    }

    private void letGo() {
        hold = null;
        asking = false;
    }

    private void publish(StageKey key) {
        if (staged.remove(key)) {
            published = key;
            letGo();
            events.add(new ParticipantEvent.Published(key));
        } else {
            events.add(new ParticipantEvent.PublishLost(key));
        }
    }

    private void inquire(Prepared promise) {
        asking = true;
        sent.add(new ProtocolMessage.Inquire(
                MemberState.key(promise), promise.coordinator().id(), promise.coordinatorLogId()));
    }

    private void answer(ProtocolMessage.Inquire inquire) {
        StageKey key = inquire.key();
        InquiryAnswer answer = rules.answer(
                coordinates(key)
                        ? requireNonNull(coordinating.get(key.transaction()))
                                .state()
                                .phase()
                        : null,
                outcome(key)
                        .filter(outcome -> outcome.attempt().equals(key.attempt()))
                        .isPresent(),
                inquire.log().equals(state().logId()));
        boolean asked = inquire.coordinator().equals(self);
        if (answer == InquiryAnswer.COMMIT || (answer == InquiryAnswer.ABORT && asked)) {
            sent.add(new ProtocolMessage.Answer(key, answer));
        }
    }

    // As a coordinator

    private void begin(TransactionId transaction) {
        boolean remembered = rules.remembersOutcomes()
                && state().table().outcome(transaction).isPresent();
        if (failed || remembered || coordinating.containsKey(transaction)) {
            return;
        }
        counter++;
        StageKey key = new StageKey(transaction, new Attempt(boot, counter));
        Decided decision = new Decided(
                transaction,
                key.attempt(),
                CHUNK,
                chunk.version().next(),
                false,
                Durability.SYNC,
                0,
                0,
                chain(self),
                0);
        coordinating.put(
                transaction,
                new Coordination(key, decision, CoordinatorState.preparing(Set.copyOf(members)), Map.of()));
        ProtocolMessage.Prepare message = new ProtocolMessage.Prepare(
                key, self, state().logId(), chunk.version().number());
        sent.add(message);
        prepare(message);
    }

    private boolean coordinates(StageKey key) {
        Coordination open = coordinating.get(key.transaction());
        return open != null && (open.key().equals(key) || !rules.comparesAttempts());
    }

    private void collect(ProtocolMessage.Voted voted) {
        if (!coordinates(voted.key())) {
            return;
        }
        Coordination open = requireNonNull(coordinating.get(voted.key().transaction()));
        Map<ServerId, Boolean> votes = new HashMap<>(open.votes());
        votes.putIfAbsent(voted.member(), voted.yes());
        coordinating.put(
                voted.key().transaction(),
                new Coordination(open.key(), open.decision(), open.state(), Map.copyOf(votes)));
        if (votes.size() == members.size() || !voted.yes()) {
            List<Vote> all = votes.entrySet().stream()
                    .map(vote -> vote.getValue() ? Vote.yes(vote.getKey()) : Vote.no(vote.getKey(), CANCELLED))
                    .toList();
            coordinate(voted.key().transaction(), new CoordinatorEvent.Voted(all));
        }
    }

    private void coordinate(TransactionId transaction, CoordinatorEvent event) {
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
            write(open.decision());
        } else if (effect instanceof CoordinatorEffect.Deliver) {
            sent.add(new ProtocolMessage.Commit(key));
        } else if (effect instanceof CoordinatorEffect.AbortMembers) {
            sent.add(new ProtocolMessage.Abort(key));
            handle(new ParticipantEvent.Abort(key, CANCELLED));
        } else if (effect instanceof CoordinatorEffect.TellCommitted told) {
            sent.add(new ProtocolMessage.ToldCommitted(key, told.applied()));
        } else if (effect instanceof CoordinatorEffect.TellAborted) {
            sent.add(new ProtocolMessage.ToldAborted(key));
        } else if (effect instanceof CoordinatorEffect.TellUnknown) {
            sent.add(new ProtocolMessage.ToldUnknown(key));
        } else if (effect instanceof CoordinatorEffect.AppendEnded) {
            write(new Ended(key.transaction(), key.attempt()));
        }
    }

    private List<Member> chain(ServerId coordinator) {
        List<Member> chain = new ArrayList<>();
        chain.add(member(coordinator));
        members.stream()
                .filter(id -> !id.equals(coordinator))
                .map(ExploredMember::member)
                .forEach(chain::add);
        return chain;
    }

    private static Member member(ServerId id) {
        return new Member(id, "explored", Location.ORIGIN);
    }

    // The log

    private static boolean isForced(LogRecord record) {
        return record instanceof Prepared || record instanceof Committed || record instanceof Decided;
    }

    private void write(LogRecord record) {
        if (failed) {
            if (isForced(record)) {
                notForced(record);
            }
            return;
        }
        pending.add(record);
        if (isForced(record) && !rules.waitsFor(record)) {
            forced(record);
        }
    }

    private void force() {
        boolean reached = false;
        while (!pending.isEmpty() && !reached) {
            LogRecord record = pending.remove(0);
            durable = MemberState.append(durable, record);
            reached = isForced(record);
            if (reached && rules.waitsFor(record)) {
                forced(record);
            }
        }
    }

    private void failToForce() {
        failed = true;
        List.copyOf(pending).stream()
                .filter(record -> isForced(record) && rules.waitsFor(record))
                .forEach(this::notForced);
    }

    private void forced(LogRecord record) {
        StageKey key = MemberState.key(record);
        if (record instanceof Prepared) {
            handle(new ParticipantEvent.PreparedForced(key));
        } else if (record instanceof Committed) {
            handle(new ParticipantEvent.CommittedForced(key));
        } else if (coordinates(key)) {
            coordinate(key.transaction(), new CoordinatorEvent.DecisionForced());
        }
    }

    private void notForced(LogRecord record) {
        StageKey key = MemberState.key(record);
        if (record instanceof Prepared) {
            handle(new ParticipantEvent.PreparedForceFailed(key, DISK_FAILED));
        } else if (record instanceof Decided && coordinates(key)) {
            coordinate(key.transaction(), new CoordinatorEvent.DecisionForceFailed(DISK_FAILED));
        }
    }

    // A restart

    private void restart(MemberAction.Restarts restart) {
        for (LogRecord record : pending.subList(0, restart.survivors())) {
            durable = MemberState.append(durable, record);
        }
        pending = new ArrayList<>();
        failed = false;
        asked = new HashSet<>();
        voting = new HashSet<>();
        coordinating = new HashMap<>();
        letGo();
        boot += rules.countsBoots() ? 1 : 0;
        counter = 0;
        ChunkVersion version = chunk.version();
        if (restart.wipe() != Wipe.NOTHING) {
            Set<StageKey> all = new HashSet<>(lost);
            durable.stream().map(MemberState::key).forEach(all::add);
            lost = all;
            durable = List.of();
            logs++;
        }
        if (restart.wipe() == Wipe.DIRECTORY || restart.wipe() == Wipe.DIRECTORY_LOWER) {
            staged = new HashSet<>();
            published = null;
            version = ChunkVersion.NONE;
            boot = restart.wipe() == Wipe.DIRECTORY ? boot : MemberState.firstBoot(self) - 5;
        }
        recover(version);
    }

    private void recover(ChunkVersion version) {
        var table = state().table();
        RecoveryPlan plan = new RecoveryPlan(table);
        plan.superseded().forEach(promise -> write(new LogRecord.Aborted(promise.transaction(), promise.attempt())));
        ChunkVersion visible = version;
        for (StageKey key : Set.copyOf(staged)) {
            switch (rules.fate(key, table)) {
                case KEEP -> {}
                case DISCARD -> staged.remove(key);
                case PUBLISH -> {
                    staged.remove(key);
                    published = key;
                    visible = table.outcome(key.transaction()).orElseThrow().version();
                }
            }
        }
        chunk = ParticipantState.idle(visible, 0);
        for (Prepared promise : plan.standing()) {
            StageKey key = MemberState.key(promise);
            chunk = chunk.with(new ParticipantState.Open(
                    key,
                    promise.base().next(),
                    promise.epoch(),
                    promise.coordinatorLogId(),
                    false,
                    ParticipantState.Phase.PREPARED));
            hold = promise;
            if (rules.asksAfterRestart()) {
                inquire(promise);
            }
        }
        for (Decided decision : table.undelivered()) {
            StageKey key = MemberState.key(decision);
            coordinating.put(
                    decision.transaction(),
                    new Coordination(key, decision, CoordinatorState.decided(Set.copyOf(members)), Map.of()));
            sent.add(new ProtocolMessage.Commit(key));
        }
    }
}
