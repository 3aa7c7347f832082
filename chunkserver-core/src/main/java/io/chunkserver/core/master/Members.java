package io.chunkserver.core.master;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.ServerId;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The servers that have registered, by their names: who may take a name, and how many copies the living ones allow. Guarded by the
 * master's lock.
 */
final class Members {

    /**
     * What a registration did.
     *
     * @param member    the server
     * @param forgotten a server that was known so far, this one or one that made room, and whose copies are forgotten
     */
    record Registered(ClusterMember member, @Nullable ClusterMember forgotten) {}

    private final MasterConfig config;
    private final Map<ServerId, ClusterMember> members = new TreeMap<>();
    private int takingChunks;

    Members(MasterConfig config) {
        this.config = config;
    }

    Collection<ClusterMember> all() {
        return Collections.unmodifiableCollection(members.values());
    }

    /** Whether as many have registered since the start as are expected at least. */
    boolean areComplete() {
        return members.size() >= config.expectedServers();
    }

    /** The server, if it is known in this run of it. */
    Optional<ClusterMember> find(Incarnation run) {
        ClusterMember known = members.get(run.id());
        return known != null && known.registration().server().equals(run) ? Optional.of(known) : Optional.empty();
    }

    /** The server of this name, in whichever run. */
    Optional<ClusterMember> find(ServerId id) {
        return Optional.ofNullable(members.get(id));
    }

    /**
     * How many copies the master works towards at present: no more than there are servers that take them, so that a small cluster is
     * not forever at work.
     */
    int goal() {
        return Math.max(1, Math.min(config.replication(), takingChunks));
    }

    /** Counts anew how many servers take chunks; to be called when that may have changed. */
    void count() {
        takingChunks = (int)
                members.values().stream().filter(ClusterMember::takesChunks).count();
    }

    Registered register(Registration anew, int now) throws ChunkServerException {
        ClusterMember known = members.get(anew.server().id());
        if (known != null) {
            boolean forget = admit(known.registration(), known.isDead(), anew);
            known.register(anew, now);
            if (forget) {
                known.forgetCopies();
            }
            return new Registered(known, forget ? known : null);
        }
        ClusterMember evicted = members.size() < ClusterStatus.MAX_MEMBERS ? null : evict();
        ClusterMember added = new ClusterMember(anew, now);
        members.put(added.id(), added);
        return new Registered(added, evicted);
    }

    /** Whether what is known of the server's copies is to be forgotten. */
    private static boolean admit(Registration known, boolean dead, Registration anew) throws ChunkServerException {
        if (!known.server().isSameDirectory(anew.server())) {
            if (!dead) {
                throw duplicate(known, anew, "each server needs a name of its own");
            }
            return true;
        }
        long boots = Long.compare(anew.server().bootCount(), known.server().bootCount());
        boolean sameRun =
                boots == 0 && known.member().address().equals(anew.member().address());
        if (boots <= 0 && !sameRun && !dead) {
            throw duplicate(known, anew, "one of them runs on a copy of the other's data directory");
        }
        // An older state of the directory came back: what it held later is not there.
        return boots < 0;
    }

    private static ChunkServerException duplicate(Registration known, Registration anew, String hint) {
        String address = known.member().address();
        if (address.equals(anew.member().address())) {
            return Failure.of(
                            ErrorCode.DUPLICATE_SERVER,
                            "server " + known.member().id() + " at " + address
                                    + " comes with another data directory, or with an older state of it, than the one by which it is alive")
                    .withHint(
                            "if its directory was emptied or replaced on purpose, leave it running: it is taken when the one before it "
                                    + "has been silent for so long that it is dead; if not, give it the directory that it had")
                    .toException();
        }
        return Failure.of(
                        ErrorCode.DUPLICATE_SERVER,
                        "server " + known.member().id() + " is alive at "
                                + known.member().address() + ", and another one of this name is at "
                                + anew.member().address())
                .withHint(hint)
                .toException();
    }

    /** Makes room by forgetting the dead server of which least would be lost. */
    private ClusterMember evict() throws ChunkServerException {
        ClusterMember least = members.values().stream()
                .filter(ClusterMember::isDead)
                .min(Comparator.comparingLong(
                        member -> member.status().copies() + member.status().tombstones()))
                .orElseThrow(() -> Failure.of(
                                ErrorCode.OVERLOADED,
                                ClusterStatus.MAX_MEMBERS + " servers are registered, which is the most")
                        .toException());
        least.forgetCopies();
        members.remove(least.id());
        return least;
    }
}
