package io.chunkserver.core.commit;

import io.chunkserver.core.model.TransactionId;

/** What can happen at one explored server. */
sealed interface MemberAction {

    /** A message reaches it. */
    record Receives(ProtocolMessage message) implements MemberAction {}

    /** A client asks it to store the chunk. */
    record Begins(TransactionId transaction) implements MemberAction {}

    /** The client goes away, or the time to prepare is over. */
    record GivesUp(TransactionId transaction) implements MemberAction {}

    /** The client shall not wait longer for confirmations. */
    record StopsWaiting(TransactionId transaction) implements MemberAction {}

    /** All bytes have come and are staged. */
    record Stages() implements MemberAction {}

    /** The bytes stop coming, or there is no room for them. */
    record FailsToStage() implements MemberAction {}

    /** The log's next forced record, with those before it, becomes durable. */
    record Forces() implements MemberAction {}

    /** The disk of the log fails; what was being written may or may not be there after a restart. */
    record FailsToForce() implements MemberAction {}

    /**
     * It crashes and starts again. That it is down for a while is no step of its own: messages just reach it later.
     *
     * @param survivors how many of the records that were being written are there
     */
    record Restarts(int survivors, Wipe wipe) implements MemberAction {}

    /** A promise takes too long. Nothing happens then, but at a mutant. */
    record LosesPatience() implements MemberAction {}

    /** What is missing after a restart. */
    enum Wipe {
        NOTHING,
        /** The log; the chunks and the identity are there. */
        LOG,
        /** Everything; the attempts are numbered higher than before. */
        DIRECTORY,
        /** Everything; the attempts are numbered lower than before. */
        DIRECTORY_LOWER
    }
}
