package io.chunkserver.core.commit;

import static java.util.Objects.requireNonNull;

import io.chunkserver.core.commit.log.LogRecord.Aborted;
import io.chunkserver.core.commit.log.LogRecord.Committed;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.TransactionTable;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One explored server as a participant: does what the pure machine says, as {@link ChunkLane} does in the product, with sets of
 * names for a store.
 */
final class ExploredParticipant {

    private final ProtocolRules rules;
    private final List<ServerId> members;
    private final ServerId self;
    private final ExploredLog log;
    private final List<ProtocolMessage> sent;

    private ParticipantState chunk;
    private @Nullable Prepared hold;
    private boolean asking;
    private @Nullable StageKey published;
    private Set<StageKey> staged;
    private Set<StageKey> asked;
    private Set<StageKey> voting;

    /** The promise that the prepare under way would give. */
    private @Nullable Prepared arriving;

    private final Deque<ParticipantEvent> events = new ArrayDeque<>();
    private boolean handling;

    ExploredParticipant(
            ProtocolRules rules,
            List<ServerId> members,
            MemberState before,
            ExploredLog log,
            List<ProtocolMessage> sent) {
        this.rules = rules;
        this.members = members;
        this.log = log;
        this.sent = sent;
        self = before.self();
        chunk = before.chunk();
        hold = before.hold();
        asking = before.asking();
        published = before.published();
        staged = new HashSet<>(before.staged());
        asked = new HashSet<>(before.asked());
        voting = new HashSet<>(before.voting());
    }

    ParticipantState chunk() {
        return chunk;
    }

    @Nullable
    Prepared hold() {
        return hold;
    }

    boolean asking() {
        return asking;
    }

    @Nullable
    StageKey published() {
        return published;
    }

    Set<StageKey> staged() {
        return staged;
    }

    Set<StageKey> asked() {
        return asked;
    }

    Set<StageKey> voting() {
        return voting;
    }

    /** The attempt that holds the chunk. */
    StageKey open() {
        return requireNonNull(chunk.open()).key();
    }

    void prepare(ProtocolMessage.Prepare message) {
        StageKey key = message.key();
        if (!asked.add(key)) {
            return;
        }
        if (log.failed()) {
            sent.add(new ProtocolMessage.Voted(key, self, false));
            return;
        }
        voting.add(key);
        ChunkVersion base = new ChunkVersion(message.base());
        arriving = new Prepared(
                key.transaction(),
                key.attempt(),
                ProtocolBounds.CHUNK,
                base,
                0,
                false,
                Durability.SYNC,
                0,
                0,
                ProtocolBounds.chain(message.coordinator(), members),
                message.log());
        handle(new ParticipantEvent.Prepare(
                key,
                base,
                0,
                message.log(),
                message.coordinator().equals(self),
                log.outcome(key.transaction()).isPresent()
                        || (rules.remembersCopies() && isPublished(key.transaction()))));
    }

    private boolean isPublished(TransactionId transaction) {
        return published != null && published.transaction().equals(transaction);
    }

    /** Is offered a copy, which is staged already. Two attempts of a transaction have different bytes here. */
    void adopt(ProtocolMessage.Copy copy) {
        boolean promised = hold != null && rules.isOf(MemberState.key(hold), copy.key());
        handle(new ParticipantEvent.Adopt(
                copy.key(),
                new ChunkVersion(copy.version()),
                0,
                isPublished(copy.key().transaction()),
                promised));
    }

    /** Is told to commit, by its coordinator or by an answer to what it asked. */
    void commit(StageKey key) {
        boolean applied = log.outcome(key.transaction())
                .filter(outcome -> outcome.attempt().equals(key.attempt())
                        && !outcome.version().isNewerThan(chunk.version()))
                .isPresent();
        handle(new ParticipantEvent.Commit(key, applied));
    }

    void handle(ParticipantEvent event) {
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
            log.write(requireNonNull(hold));
        } else if (effect instanceof ParticipantEffect.VoteYes) {
            vote(key, true);
            if (!requireNonNull(chunk.open()).local()) {
                inquire(requireNonNull(hold));
            }
        } else if (effect instanceof ParticipantEffect.VoteNo) {
            vote(key, false);
        } else if (effect instanceof ParticipantEffect.ForceCommitted) {
            log.write(new Committed(key.transaction(), key.attempt(), 0));
        } else if (effect instanceof ParticipantEffect.Publish) {
            publish(key);
        } else if (effect instanceof ParticipantEffect.AnswerCommit answer) {
            sent.add(new ProtocolMessage.Confirmed(key, self, answer.reply()));
        } else if (effect instanceof ParticipantEffect.AppendAborted) {
            log.write(new Aborted(key.transaction(), key.attempt()));
        } else if (effect instanceof ParticipantEffect.Discard) {
            staged.remove(key);
            letGo();
        } else if (effect instanceof ParticipantEffect.PublishCopy copy) {
            published = key;
            events.add(new ParticipantEvent.Adopted(key, copy.version(), copy.epoch()));
        }
    }

    private void vote(StageKey key, boolean yes) {
        if (voting.remove(key)) {
            sent.add(new ProtocolMessage.Voted(key, self, yes));
        }
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

    private void letGo() {
        hold = null;
        asking = false;
    }

    private void inquire(Prepared promise) {
        asking = true;
        sent.add(new ProtocolMessage.Inquire(
                MemberState.key(promise), promise.coordinator().id(), promise.coordinatorLogId()));
    }

    /** Loses its memory. */
    void crash() {
        asked = new HashSet<>();
        voting = new HashSet<>();
        letGo();
    }

    /** Loses its chunks. */
    void wipe() {
        staged = new HashSet<>();
        published = null;
        chunk = ParticipantState.idle(ChunkVersion.NONE, 0);
    }

    /** Does what {@link CommitRecovery} does with what is staged and promised. */
    void recover(TransactionTable table) {
        RecoveryPlan plan = rules.plan(table, chunk.version());
        plan.over().forEach(promise -> log.write(new Aborted(promise.transaction(), promise.attempt())));
        ChunkVersion visible = chunk.version();
        for (StageKey key : Set.copyOf(staged)) {
            switch (rules.fate(key, plan)) {
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
        plan.standing().forEach(this::holdAgain);
    }

    private void holdAgain(Prepared promise) {
        chunk = chunk.with(new ParticipantState.Open(
                MemberState.key(promise),
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
}
