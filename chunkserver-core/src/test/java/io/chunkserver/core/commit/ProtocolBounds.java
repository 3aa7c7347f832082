package io.chunkserver.core.commit;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is explored, and where it stops. Messages are not bounded: any of them may be lost, late, twice or out of order.
 *
 * @param members      the servers of the chunk
 * @param coordinators per transaction the servers at which clients begin it; all of them coordinate with the same members
 * @param attempts     per transaction how often it is begun at most
 * @param restarts     crashes and starts of all servers together
 * @param wipes        how many of these find the log, or the whole directory, gone
 * @param diskFailures failed forces of all servers together
 * @param copies       whether what a server has published may reach the others as a copy, soon or late
 */
record ProtocolBounds(
        List<ServerId> members,
        Map<TransactionId, Set<ServerId>> coordinators,
        Map<TransactionId, Integer> attempts,
        int restarts,
        int wipes,
        int diskFailures,
        boolean copies) {

    static final ChunkId CHUNK = new ChunkId("/explored", 0);
    static final ServerId A = new ServerId("A");
    static final ServerId B = new ServerId("B");
    static final ServerId C = new ServerId("C");
    static final TransactionId T = new TransactionId("T", 1, 0);
    static final TransactionId U = new TransactionId("U", 2, 0);

    ProtocolBounds {
        members = List.copyOf(members);
        coordinators = Map.copyOf(coordinators);
        attempts = Map.copyOf(attempts);
    }

    /** One transaction, begun at the first server only. */
    static ProtocolBounds of(int members) {
        return new ProtocolBounds(
                List.of(A, B, C).subList(0, members), Map.of(T, Set.of(A)), Map.of(T, 1), 0, 0, 0, false);
    }

    /** These members, the coordinator first. */
    static List<Member> chain(ServerId coordinator, List<ServerId> members) {
        return Stream.concat(Stream.of(coordinator), members.stream().filter(id -> !id.equals(coordinator)))
                .map(id -> new Member(id, "explored", Location.ORIGIN))
                .toList();
    }

    ProtocolBounds attempts(int count) {
        return new ProtocolBounds(members, coordinators, Map.of(T, count), restarts, wipes, diskFailures, copies);
    }

    /** A second transaction on the same chunk, begun at this server. */
    ProtocolBounds another(ServerId coordinator) {
        return new ProtocolBounds(
                members,
                Map.of(T, coordinators.get(T), U, Set.of(coordinator)),
                Map.of(T, attempts.get(T), U, 1),
                restarts,
                wipes,
                diskFailures,
                copies);
    }

    /** The client may begin the first transaction at these servers, as one does that does not reach the first. */
    ProtocolBounds begunAt(ServerId... servers) {
        Map<TransactionId, Set<ServerId>> begun = new HashMap<>(coordinators);
        begun.put(T, Set.of(servers));
        return new ProtocolBounds(members, begun, attempts, restarts, wipes, diskFailures, copies);
    }

    ProtocolBounds restarts(int count) {
        return new ProtocolBounds(members, coordinators, attempts, count, wipes, diskFailures, copies);
    }

    ProtocolBounds wipes(int count) {
        return new ProtocolBounds(members, coordinators, attempts, restarts, count, diskFailures, copies);
    }

    ProtocolBounds diskFailures(int count) {
        return new ProtocolBounds(members, coordinators, attempts, restarts, wipes, count, copies);
    }

    ProtocolBounds withCopies() {
        return new ProtocolBounds(members, coordinators, attempts, restarts, wipes, diskFailures, true);
    }

    /** Whether B and C are alike: then what happens to the one need not be tried with the other. */
    boolean symmetric() {
        return members.size() == 3 && coordinators.values().stream().allMatch(Set.of(A)::equals);
    }

    @Override
    public String toString() {
        return members.size() + " members, "
                + attempts.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey().client() + " begun " + entry.getValue() + "x at "
                                + coordinators.get(entry.getKey()).stream()
                                        .sorted()
                                        .toList())
                        .reduce((one, other) -> one + ", " + other)
                        .orElse("nothing begun")
                + ", " + restarts + " restarts, " + wipes + " wipes, " + diskFailures + " failed disks"
                + (copies ? ", copies" : "");
    }
}
