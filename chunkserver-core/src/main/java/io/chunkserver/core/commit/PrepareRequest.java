package io.chunkserver.core.commit;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * The first phase's question to one member: can you commit this?
 *
 * @param base             the version that the new one replaces, not the last there is; a member with a newer one votes no
 * @param epoch            0 where no authority hands out epochs
 * @param tombstone        true for a delete, which carries no bytes
 * @param maxLengthBytes   the most that the chunk will have; this much is reserved
 * @param chain            all members in the order of the data's flow, the coordinator first, each once
 * @param coordinatorLogId the log that holds the decision
 * @param timeout          how long the member may take from now until it votes
 * @param placementEpoch   see {@link StoreRequest}
 */
public record PrepareRequest(
        TransactionId transaction,
        Attempt attempt,
        ChunkId chunk,
        ChunkVersion base,
        long epoch,
        boolean tombstone,
        long maxLengthBytes,
        Attributes attributes,
        Durability durability,
        List<Member> chain,
        UUID coordinatorLogId,
        Duration timeout,
        long placementEpoch) {

    /** The longest chain. */
    public static final int MAX_MEMBERS = 16;

    /** To members that no elected master has named. */
    public PrepareRequest(
            TransactionId transaction,
            Attempt attempt,
            ChunkId chunk,
            ChunkVersion base,
            long epoch,
            boolean tombstone,
            long maxLengthBytes,
            Attributes attributes,
            Durability durability,
            List<Member> chain,
            UUID coordinatorLogId,
            Duration timeout) {
        this(
                transaction,
                attempt,
                chunk,
                base,
                epoch,
                tombstone,
                maxLengthBytes,
                attributes,
                durability,
                chain,
                coordinatorLogId,
                timeout,
                0);
    }

    public PrepareRequest {
        chain = List.copyOf(chain);
        if (chain.isEmpty() || chain.size() > MAX_MEMBERS) {
            throw new IllegalArgumentException(
                    "a chain of " + chain.size() + " members; 1 to " + MAX_MEMBERS + " are allowed");
        }
        if (chain.stream().map(Member::id).distinct().count() != chain.size()) {
            throw new IllegalArgumentException("chain " + chain + " names a server twice");
        }
        if (epoch < 0 || placementEpoch < 0 || maxLengthBytes < 0) {
            throw new IllegalArgumentException("epoch " + epoch + ", placement epoch " + placementEpoch + " or length "
                    + maxLengthBytes + " is below 0");
        }
        if (base.number() == Long.MAX_VALUE) {
            throw new IllegalArgumentException("base version " + base + " has no next version");
        }
    }

    /** The version that the transaction creates. */
    public ChunkVersion version() {
        return base.next();
    }

    /** What is to be admitted. */
    Admission.Kind kind() {
        return tombstone ? Admission.Kind.DELETE : Admission.Kind.STORE;
    }

    public Member coordinator() {
        return chain.get(0);
    }

    /** The members after this one in the chain; empty for the last. */
    public List<Member> after(ServerId member) {
        for (int i = 0; i < chain.size(); i++) {
            if (chain.get(i).id().equals(member)) {
                return chain.subList(i + 1, chain.size());
            }
        }
        throw new IllegalArgumentException("server " + member + " is not in the chain " + chain);
    }

    /** The same question with less time to answer it. */
    public PrepareRequest withTimeout(Duration newTimeout) {
        return new PrepareRequest(
                transaction,
                attempt,
                chunk,
                base,
                epoch,
                tombstone,
                maxLengthBytes,
                attributes,
                durability,
                chain,
                coordinatorLogId,
                newTimeout,
                placementEpoch);
    }
}
