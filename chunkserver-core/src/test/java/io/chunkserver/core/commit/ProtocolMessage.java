package io.chunkserver.core.commit;

import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.store.StageKey;
import java.util.Set;
import java.util.UUID;

/**
 * What the explored servers say to each other and to clients.
 *
 * <p>A message that was sent once stays in the network for ever and may reach everyone it concerns at any time, any number of
 * times, or never: so loss, delay, duplication and reordering need no steps of their own.
 */
sealed interface ProtocolMessage {

    /** The attempt concerned. */
    StageKey key();

    /** To all members: bytes and question in one. */
    record Prepare(StageKey key, ServerId coordinator, UUID log, long base) implements ProtocolMessage {

        @Override
        public String toString() {
            return "PREPARE " + key + " on version " + base;
        }
    }

    /** To the coordinator. */
    record Voted(StageKey key, ServerId member, boolean yes) implements ProtocolMessage {

        @Override
        public String toString() {
            return (yes ? "YES" : "NO") + " of " + member + " to " + key;
        }
    }

    /** To all members. */
    record Commit(StageKey key) implements ProtocolMessage {

        @Override
        public String toString() {
            return "COMMIT " + key;
        }
    }

    /** To all members. */
    record Abort(StageKey key) implements ProtocolMessage {

        @Override
        public String toString() {
            return "ABORT " + key;
        }
    }

    /** To the coordinator. */
    record Confirmed(StageKey key, ServerId member, CommitReply reply) implements ProtocolMessage {

        @Override
        public String toString() {
            return reply + " of " + member + " to COMMIT " + key;
        }
    }

    /** From a member in doubt to all others. */
    record Inquire(StageKey key, ServerId coordinator, UUID log) implements ProtocolMessage {

        @Override
        public String toString() {
            return "INQUIRE " + key;
        }
    }

    /** To members in doubt; answers that settle nothing need not be sent. */
    record Answer(StageKey key, InquiryAnswer answer) implements ProtocolMessage {

        @Override
        public String toString() {
            return "answer " + answer + " about " + key;
        }
    }

    /** To all others: a copy of what somebody has published. */
    record Copy(StageKey key, long version) implements ProtocolMessage {

        @Override
        public String toString() {
            return "a copy of " + key + " as version " + version;
        }
    }

    /** To the client: visible on these members. */
    record ToldCommitted(StageKey key, Set<ServerId> applied) implements ProtocolMessage {}

    /** To the client. */
    record ToldAborted(StageKey key) implements ProtocolMessage {}

    /** To the client. */
    record ToldUnknown(StageKey key) implements ProtocolMessage {}
}
