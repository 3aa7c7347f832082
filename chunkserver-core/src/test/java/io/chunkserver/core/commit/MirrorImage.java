package io.chunkserver.core.commit;

import static io.chunkserver.core.commit.ProtocolBounds.B;
import static io.chunkserver.core.commit.ProtocolBounds.C;

import io.chunkserver.core.commit.MemberState.Coordination;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts B in the place of C and C in that of B. Chains stay as they are: the order of the members behind A means nothing here. */
final class MirrorImage {

    private MirrorImage() {}

    static MemberState of(MemberState state) {
        Map<TransactionId, Coordination> coordinating = new HashMap<>();
        state.coordinating().forEach((transaction, open) -> coordinating.put(transaction, of(open)));
        ServerId self = of(state.self());
        return new MemberState(
                self,
                state.boot() - MemberState.firstBoot(state.self()) + MemberState.firstBoot(self),
                state.counter(),
                state.logs(),
                state.durable(),
                state.pending(),
                state.failed(),
                state.chunk(),
                state.hold(),
                state.asking(),
                state.published(),
                state.staged(),
                coordinating,
                state.asked(),
                state.voting(),
                state.lost());
    }

    private static Coordination of(Coordination open) {
        Map<ServerId, Boolean> votes = new HashMap<>();
        open.votes().forEach((member, yes) -> votes.put(of(member), yes));
        CoordinatorState state = open.state();
        return new Coordination(
                open.key(),
                open.decision(),
                new CoordinatorState(state.phase(), of(state.unconfirmed()), of(state.applied()), state.answered()),
                Map.copyOf(votes));
    }

    static ProtocolMessage of(ProtocolMessage message) {
        if (message instanceof ProtocolMessage.Voted voted) {
            return new ProtocolMessage.Voted(voted.key(), of(voted.member()), voted.yes());
        } else if (message instanceof ProtocolMessage.Confirmed confirmed) {
            return new ProtocolMessage.Confirmed(confirmed.key(), of(confirmed.member()), confirmed.reply());
        } else if (message instanceof ProtocolMessage.ToldCommitted told) {
            return new ProtocolMessage.ToldCommitted(told.key(), of(told.applied()));
        }
        return message;
    }

    private static Set<ServerId> of(Set<ServerId> members) {
        return members.stream().map(MirrorImage::of).collect(Collectors.toUnmodifiableSet());
    }

    private static ServerId of(ServerId member) {
        if (member.equals(B)) {
            return C;
        }
        return member.equals(C) ? B : member;
    }
}
