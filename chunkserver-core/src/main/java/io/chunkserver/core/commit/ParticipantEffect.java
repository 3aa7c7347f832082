package io.chunkserver.core.commit;

import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;

/** What a member must do because of an event, in the order in which the machine lists it. */
sealed interface ParticipantEffect {

    StageKey key();

    /** Reserve the bytes and create the staged file. */
    record Stage(StageKey key) implements ParticipantEffect {}

    /** Force a prepared record; then report it. */
    record ForcePrepared(StageKey key) implements ParticipantEffect {}

    record VoteYes(StageKey key) implements ParticipantEffect {}

    record VoteNo(StageKey key, Failure why) implements ParticipantEffect {}

    /** Force a committed record; then report it. */
    record ForceCommitted(StageKey key) implements ParticipantEffect {}

    /** Force a record of what an operator chose; then report it. */
    record ForceSettledByHand(StageKey key, boolean commit) implements ParticipantEffect {}

    /** Rename the staged file into place and settle the space; then report it. */
    record Publish(StageKey key) implements ParticipantEffect {}

    /** Answer all who told this attempt to commit. */
    record AnswerCommit(StageKey key, CommitReply reply) implements ParticipantEffect {}

    /** Log, unforced, that the promise is void. */
    record AppendAborted(StageKey key) implements ParticipantEffect {}

    /** Make a staged copy visible and settle its space; then report it. */
    record PublishCopy(StageKey key, ChunkVersion version, long epoch) implements ParticipantEffect {}

    /** Throw a staged copy away, since it is not needed. */
    record DropCopy(StageKey key, Adoption why) implements ParticipantEffect {}

    /** Throw a staged copy away, since it cannot be taken. */
    record RefuseCopy(StageKey key, Failure why) implements ParticipantEffect {}

    /** Remove the staged file and forfeit the reservation. */
    record Discard(StageKey key) implements ParticipantEffect {}
}
