package io.chunkserver.core.commit;

import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must hold in every state, and what may be left when all is quiet. "Decided" is an attempt whose decision is in a log or
 * went out to anybody.
 */
final class ProtocolInvariants {

    private final ServerSteps servers;

    ProtocolInvariants(ServerSteps servers) {
        this.servers = servers;
    }

    Optional<String> brokenIn(ProtocolState state) {
        Set<StageKey> decided = decided(state);
        Optional<String> broken = tellsTheTruth(state, decided);
        if (broken.isEmpty()) {
            broken = oneHistory(state, decided);
        }
        for (int i = 0; i < state.members.length && broken.isEmpty(); i++) {
            broken = servers.facts(state.members[i]).broken();
            if (broken.isEmpty()) {
                broken = keepsItsWord(state.members[i], decided);
            }
        }
        return broken;
    }

    private Set<StageKey> decided(ProtocolState state) {
        Set<StageKey> decided = new HashSet<>();
        for (int number : state.messages) {
            if (servers.message(number) instanceof ProtocolMessage.Commit commit) {
                decided.add(commit.key());
            }
        }
        for (int member : state.members) {
            decided.addAll(servers.facts(member).decided());
        }
        return decided;
    }

    /** What a client was told holds (A1, A4), and the members named as having the version have it (D1). */
    private Optional<String> tellsTheTruth(ProtocolState state, Set<StageKey> decided) {
        for (int number : state.messages) {
            ProtocolMessage message = servers.message(number);
            StageKey key = message.key();
            if (message instanceof ProtocolMessage.ToldAborted && decided.contains(key)) {
                return Optional.of("the client was told that " + key + " is aborted, and it is decided");
            }
            if (message instanceof ProtocolMessage.ToldCommitted told) {
                if (!decided.contains(key)) {
                    return Optional.of("the client was told that " + key + " is committed, and nobody decided it");
                }
                for (int member : state.members) {
                    MemberState named = servers.state(member);
                    if (told.applied().contains(named.self())
                            && !named.lost().contains(key)
                            && !servers.facts(member).committed().contains(key)) {
                        return Optional.of("the client was told that " + named.self() + " has " + key
                                + ", and its log does not say so");
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** A transaction is committed once, and no version twice (I2), as long as somebody remembers. */
    private Optional<String> oneHistory(ProtocolState state, Set<StageKey> decided) {
        if (decided.size() < 2 || nobodyRemembers(state)) {
            return Optional.empty();
        }
        Map<StageKey, Long> versions = new HashMap<>();
        for (int number : state.messages) {
            if (servers.message(number) instanceof ProtocolMessage.Prepare prepare && decided.contains(prepare.key())) {
                versions.put(prepare.key(), prepare.base() + 1);
            }
        }
        Set<TransactionId> transactions = new HashSet<>();
        for (StageKey key : decided) {
            if (!transactions.add(key.transaction())) {
                return Optional.of("transaction " + key.transaction() + " is committed twice: " + decided);
            }
        }
        return new HashSet<>(versions.values()).size() < versions.size()
                ? Optional.of("a version is committed twice: " + versions)
                : Optional.empty();
    }

    private boolean nobodyRemembers(ProtocolState state) {
        for (int member : state.members) {
            if (servers.state(member).logs() == 0) {
                return false;
            }
        }
        return true;
    }

    private Optional<String> keepsItsWord(int number, Set<StageKey> decided) {
        MemberState member = servers.state(number);
        StageKey published = member.published();
        if (published != null && !decided.contains(published)) {
            return Optional.of(member.self() + " shows the bytes of " + published + ", and nobody decided it (A1)");
        }
        for (StageKey key : decided) {
            if (!servers.facts(number).bound().contains(key)) {
                return Optional.of(key + " is decided, and " + member.self() + " does not hold its promise (A1, A2)");
            }
        }
        return Optional.empty();
    }

    /** When nothing fails any more nobody stays in doubt (L1), but where the log that would tell was lost. */
    Optional<String> leftOverIn(ProtocolState quiet) {
        for (int number : quiet.members) {
            MemberState member = servers.state(number);
            Prepared hold = member.hold();
            if (!member.coordinating().isEmpty()) {
                return Optional.of(member.self() + " does not get rid of "
                        + member.coordinating().keySet() + " (L1)");
            }
            if (hold != null && !mayStayInDoubt(hold, quiet)) {
                return Optional.of(member.self() + " stays in doubt about " + MemberState.key(hold) + " (L1)");
            }
            if (member.chunk().open() != null && hold == null) {
                return Optional.of(member.self() + " holds the chunk for nothing (L1)");
            }
        }
        return agree(quiet);
    }

    private boolean mayStayInDoubt(Prepared hold, ProtocolState quiet) {
        ServerId coordinator = hold.coordinator().id();
        boolean logLost = false;
        for (int number : quiet.members) {
            MemberState member = servers.state(number);
            if (servers.facts(number).committed().contains(MemberState.key(hold))) {
                return false;
            }
            logLost |= member.self().equals(coordinator) && !member.logId().equals(hold.coordinatorLogId());
        }
        return logLost;
    }

    /** Members that lost nothing and are in no doubt show the same version. */
    private Optional<String> agree(ProtocolState quiet) {
        @Nullable MemberState first = null;
        for (int number : quiet.members) {
            MemberState member = servers.state(number);
            if (member.logs() > 0 || member.chunk().open() != null) {
                continue;
            }
            if (first == null) {
                first = member;
            } else if (!Objects.equals(first.published(), member.published())) {
                return Optional.of(first.self() + " shows " + first.published() + " and " + member.self() + " shows "
                        + member.published() + " (I1)");
            }
        }
        return Optional.empty();
    }
}
