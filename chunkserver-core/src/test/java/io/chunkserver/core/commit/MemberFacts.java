package io.chunkserver.core.commit;

import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Aborted;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.store.StageKey;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What the invariants ask of one server.
 *
 * @param decided   attempts whose decision is in its log
 * @param committed attempts of which its log says that they are committed
 * @param bound     attempts that it can still commit, or has committed, or would if it had not lost its log
 * @param broken    what is wrong with it, whatever the others do
 */
record MemberFacts(Set<StageKey> decided, Set<StageKey> committed, Set<StageKey> bound, Optional<String> broken) {

    static MemberFacts of(MemberState member) {
        Set<StageKey> decided = new HashSet<>();
        Set<StageKey> committed = new HashSet<>();
        Set<StageKey> bound = new HashSet<>(member.lost());
        for (LogRecord record : member.durable()) {
            StageKey key = MemberState.key(record);
            if (record instanceof Decided) {
                decided.add(key);
            }
            if (!(record instanceof Prepared)) {
                committed.add(key);
            }
            if (!(record instanceof Prepared) || stillHolds(member, key)) {
                bound.add(key);
            }
        }
        return new MemberFacts(decided, committed, bound, broken(member));
    }

    private static boolean stillHolds(MemberState member, StageKey key) {
        return member.staged().contains(key)
                && member.pending().stream()
                        .noneMatch(record -> record instanceof Aborted
                                && MemberState.key(record).equals(key));
    }

    private static Optional<String> broken(MemberState member) {
        ParticipantState.Open open = member.chunk().open();
        for (StageKey key : member.staged()) {
            if (open == null || !open.key().equals(key)) {
                return Optional.of(
                        member.self() + " keeps a staged file of " + key + " that no transaction holds (S3)");
            }
        }
        Prepared hold = member.hold();
        StageKey published = member.published();
        if (hold != null && published != null && hold.transaction().equals(published.transaction())) {
            return Optional.of(
                    member.self() + " promises " + MemberState.key(hold) + " and shows what it committed already (A4)");
        }
        for (Outcome outcome : member.table().outcomes()) {
            StageKey key = new StageKey(outcome.transaction(), outcome.attempt());
            if (outcome.version().isNewerThan(member.chunk().version())
                    && !member.staged().contains(key)) {
                return Optional.of(member.self() + " has committed " + key + " and has no bytes of it (D1)");
            }
        }
        return Optional.empty();
    }
}
