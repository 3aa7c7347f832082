package io.chunkserver.core.membership;

import java.time.Duration;
import java.util.List;

/**
 * A master at one moment. Counts are of what was reported to it so far.
 *
 * @param name            the master's name
 * @param uptime          since it started
 * @param replication     how many copies every chunk is to have
 * @param members         its servers, by their names; at most {@value #MAX_MEMBERS}
 * @param chunks          chunks that exist, deleted ones left out
 * @param underReplicated those of them with fewer living copies than they should have, also where there are too few servers
 *                        for more; without those that are stored or replaced
 *                        only now, whose members' reports may be on their way
 * @param withoutCopy     those of them without any living copy
 * @param conflicting     those of them of which one version was reported under two transactions
 * @param stale           chunks, deleted ones too, of which a living server has an older version than the newest that was reported: it is
 *                        told of the deletion, caught up, or removed there. Without those in conflict and those that are stored, replaced or
 *                        deleted only now
 * @param settled         whether these counts tell of all that there is; false while the master was started a moment ago, a server that has
 *                        joined has not told yet all that it has, or the chunks are being counted anew after a server came or went: then
 *                        zeros mean nothing
 * @param leading         whether it gives orders and places chunks; false while another one was elected to
 * @param epoch           that of its leadership; 0 when it does not lead, or was not elected
 */
public record ClusterStatus(
        String name,
        Duration uptime,
        int replication,
        List<MemberStatus> members,
        long chunks,
        long underReplicated,
        long withoutCopy,
        long conflicting,
        long stale,
        boolean settled,
        boolean leading,
        long epoch) {

    /** The most servers that a master knows. */
    public static final int MAX_MEMBERS = 1000;

    /** The status of a settled master that was not elected, and whose servers have nothing that is stale. */
    public ClusterStatus(
            String name,
            Duration uptime,
            int replication,
            List<MemberStatus> members,
            long chunks,
            long underReplicated,
            long withoutCopy,
            long conflicting) {
        this(name, uptime, replication, members, chunks, underReplicated, withoutCopy, conflicting, 0, true, true, 0);
    }

    public ClusterStatus {
        members = List.copyOf(members);
    }

    /** The same numbers with other servers, as where they come in pages. */
    public ClusterStatus withMembers(List<MemberStatus> others) {
        return new ClusterStatus(
                name,
                uptime,
                replication,
                others,
                chunks,
                underReplicated,
                withoutCopy,
                conflicting,
                stale,
                settled,
                leading,
                epoch);
    }
}
