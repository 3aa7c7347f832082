package io.chunkserver.core.commit;

import io.chunkserver.core.commit.MemberAction.Wipe;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Committed;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.testkit.NaiveTransactionTable;
import java.util.ArrayList;
import java.util.List;

/**
 * One explored server during one action: brings what happens to its log, its participant and its coordinator, as the shells of the
 * product do, with lists for a disk and a network.
 */
final class ExploredMember implements ExploredLog.Waiting {

    static final Failure CANCELLED = Failure.of(ErrorCode.CANCELLED, "cancelled");
    private static final Failure DISK_FAILED = Failure.of(ErrorCode.DISK_FAILED, "the disk failed");

    private final ProtocolRules rules;
    private final ServerId self;
    private final List<ProtocolMessage> sent = new ArrayList<>();
    private final ExploredLog log;
    private final ExploredParticipant participant;
    private final ExploredCoordinator coordinator;

    ExploredMember(ProtocolRules rules, List<ServerId> members, MemberState before) {
        this.rules = rules;
        self = before.self();
        log = new ExploredLog(rules, before, this);
        participant = new ExploredParticipant(rules, members, before, log, sent);
        coordinator = new ExploredCoordinator(rules, members, before, log, participant, sent);
    }

    MemberState state() {
        return new MemberState(
                self,
                coordinator.boot(),
                coordinator.counter(),
                log.number(),
                log.durable(),
                log.pending(),
                log.failed(),
                participant.chunk(),
                participant.hold(),
                participant.asking(),
                participant.published(),
                participant.staged(),
                coordinator.coordinating(),
                participant.asked(),
                participant.voting(),
                log.lost());
    }

    List<ProtocolMessage> sent() {
        return sent;
    }

    void act(MemberAction action) {
        if (action instanceof MemberAction.Receives received) {
            receive(received.message());
        } else if (action instanceof MemberAction.Begins begins) {
            coordinator.begin(begins.transaction());
        } else if (action instanceof MemberAction.GivesUp given) {
            coordinator.handle(given.transaction(), new CoordinatorEvent.GivenUp(CANCELLED));
        } else if (action instanceof MemberAction.StopsWaiting waiting) {
            coordinator.handle(waiting.transaction(), new CoordinatorEvent.ConfirmationsOverdue());
        } else if (action instanceof MemberAction.Stages) {
            participant.handle(new ParticipantEvent.Staged(participant.open()));
        } else if (action instanceof MemberAction.FailsToStage) {
            participant.handle(new ParticipantEvent.StagingFailed(participant.open(), CANCELLED));
        } else if (action instanceof MemberAction.Forces) {
            log.force();
        } else if (action instanceof MemberAction.FailsToForce) {
            log.fail();
        } else if (action instanceof MemberAction.Restarts restart) {
            restart(restart);
        } else if (action instanceof MemberAction.LosesPatience) {
            participant.handle(new ParticipantEvent.Abort(participant.open(), CANCELLED));
        }
    }

    /** Lets others have a copy of what is published here, now or later. */
    void offerCopy() {
        StageKey published = participant.published();
        if (published != null) {
            sent.add(new ProtocolMessage.Copy(
                    published, participant.chunk().version().number()));
        }
    }

    private void receive(ProtocolMessage message) {
        StageKey key = message.key();
        if (message instanceof ProtocolMessage.Prepare prepare) {
            // The coordinator asks itself by a call, when it begins, and never again.
            if (!prepare.coordinator().equals(self)) {
                participant.prepare(prepare);
            }
        } else if (message instanceof ProtocolMessage.Voted voted) {
            coordinator.collect(voted);
        } else if (message instanceof ProtocolMessage.Commit) {
            participant.commit(key);
        } else if (message instanceof ProtocolMessage.Abort) {
            participant.handle(new ParticipantEvent.Abort(key, CANCELLED));
        } else if (message instanceof ProtocolMessage.Confirmed confirmed) {
            coordinator.handle(key, new CoordinatorEvent.Confirmed(confirmed.member(), confirmed.reply()));
        } else if (message instanceof ProtocolMessage.Inquire inquire) {
            answer(inquire);
        } else if (message instanceof ProtocolMessage.Copy copy) {
            participant.adopt(copy);
        } else if (message instanceof ProtocolMessage.Answer answer) {
            if (answer.answer() == InquiryAnswer.COMMIT) {
                participant.commit(key);
            } else {
                participant.handle(new ParticipantEvent.Abort(key, CANCELLED));
            }
        }
    }

    private void answer(ProtocolMessage.Inquire inquire) {
        StageKey key = inquire.key();
        boolean committed = log.outcome(key.transaction())
                .filter(outcome -> outcome.attempt().equals(key.attempt()))
                .isPresent();
        InquiryAnswer answer =
                rules.answer(coordinator.phase(key), committed, inquire.log().equals(log.id()));
        boolean asked = inquire.coordinator().equals(self);
        if (answer == InquiryAnswer.COMMIT || (answer == InquiryAnswer.ABORT && asked)) {
            sent.add(new ProtocolMessage.Answer(key, answer));
        }
    }

    @Override
    public void forced(LogRecord record) {
        StageKey key = MemberState.key(record);
        if (record instanceof Prepared) {
            participant.handle(new ParticipantEvent.PreparedForced(key));
        } else if (record instanceof Committed) {
            participant.handle(new ParticipantEvent.CommittedForced(key));
        } else {
            coordinator.handle(key, new CoordinatorEvent.DecisionForced());
        }
    }

    @Override
    public void notForced(LogRecord record) {
        StageKey key = MemberState.key(record);
        if (record instanceof Prepared) {
            participant.handle(new ParticipantEvent.PreparedForceFailed(key, DISK_FAILED));
        } else if (record instanceof Decided) {
            coordinator.handle(key, new CoordinatorEvent.DecisionForceFailed(DISK_FAILED));
        }
    }

    private void restart(MemberAction.Restarts restart) {
        log.reopen(restart.survivors());
        participant.crash();
        coordinator.crash();
        if (restart.wipe() != Wipe.NOTHING) {
            log.wipe();
        }
        if (restart.wipe() == Wipe.DIRECTORY || restart.wipe() == Wipe.DIRECTORY_LOWER) {
            participant.wipe();
        }
        if (restart.wipe() == Wipe.DIRECTORY_LOWER) {
            coordinator.countBootsFrom(MemberState.firstBoot(self) - 5);
        }
        NaiveTransactionTable table = log.table();
        participant.recover(table);
        coordinator.recover(table);
    }
}
