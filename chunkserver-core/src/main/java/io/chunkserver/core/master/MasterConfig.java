package io.chunkserver.core.master;

import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.PlacementRequest;
import java.time.Duration;

/**
 * The waits and limits of a master. Ages are counted in ticks, one of which comes per heartbeat interval.
 *
 * @param replication       how many copies every chunk is to have; default 3, as in GFS: two may be lost at once
 * @param heartbeatInterval the time between ticks, by which servers send heartbeats too; default 5 s: 200 servers cost 40 messages
 *                          a second, and a dead one is noticed within 25 s. One that says that it sends them less often is waited for
 *                          as much longer
 * @param suspectAfter      missing heartbeats after which a server gets no new chunks; default 2, as a single one may be late
 * @param deadAfter         missing heartbeats after which a server's copies are made anew; default 4, which outlasts a restart and a
 *                          long pause of its virtual machine
 * @param grace             ticks after the start in which no chunk is taken to lack copies or to have too many, and none is placed;
 *                          default 4: by then every server has met the new master and told
 *                          all that it has. As many ticks after an election nothing is placed that no server has reported, since the
 *                          leader before may just have done so; a store that takes longer than that can still end in two
 *                          versions under one number, which are told as a conflict, or be taken for stale
 * @param placementMemory   for how long the servers named for a store are remembered, so that another writer of the chunk gets one of
 *                          them at least; default 20 minutes: twice as long as a store may take, so that one may begin as long
 *                          after it was placed
 * @param orderPatience     ticks without any progress at a server after which an order to it is taken to be lost; default 24, two
 *                          minutes, in which the largest chunk is copied at 10 MB/s
 * @param expectedServers   how many servers have to register after the start before anything is placed or taken for missing, so that a
 *                          cluster that comes up slowly is not taken for what has come up so far; default 0, which waits for the grace alone
 * @param ordersPerServer   orders that a server may have open, and that as many may wait for it beside; default 64, all that a reply
 *                          carries. As a source it is named first in twice as many
 */
public record MasterConfig(
        int replication,
        Duration heartbeatInterval,
        int suspectAfter,
        int deadAfter,
        int grace,
        Duration placementMemory,
        int orderPatience,
        int expectedServers,
        int ordersPerServer) {

    public static final MasterConfig DEFAULT = new MasterConfig(
            3, Duration.ofSeconds(5), 2, 4, 4, Duration.ofMinutes(20), 24, 0, HeartbeatReply.MAX_ORDERS);

    public MasterConfig {
        if (replication < 1 || replication > PlacementRequest.MAX_COPIES) {
            throw new IllegalArgumentException(
                    "replication " + replication + " is not within 1 and " + PlacementRequest.MAX_COPIES);
        }
        if (heartbeatInterval.isZero() || heartbeatInterval.isNegative()) {
            throw new IllegalArgumentException("heartbeat interval " + heartbeatInterval + " is not above 0");
        }
        if (suspectAfter < 1 || deadAfter <= suspectAfter) {
            throw new IllegalArgumentException("a server that is suspect after " + suspectAfter + " and dead after "
                    + deadAfter + " missing heartbeats cannot be");
        }
        if (grace < 0 || placementMemory.isNegative() || orderPatience < 1) {
            throw new IllegalArgumentException("grace of " + grace + ", placement memory of " + placementMemory
                    + " or order patience of " + orderPatience + " is too short");
        }
        if (expectedServers < 0 || expectedServers > ClusterStatus.MAX_MEMBERS) {
            throw new IllegalArgumentException("a number of " + expectedServers
                    + " expected servers is not within 0 and " + ClusterStatus.MAX_MEMBERS);
        }
        if (ordersPerServer < 1 || ordersPerServer > HeartbeatReply.MAX_ORDERS) {
            throw new IllegalArgumentException(
                    "limit of " + ordersPerServer + " orders is not within 1 and " + HeartbeatReply.MAX_ORDERS);
        }
    }

    /** Ticks in which the memory of a placement has surely passed. */
    int placementTicks() {
        return (int) Math.min(placementMemory.dividedBy(heartbeatInterval) + 1, Integer.MAX_VALUE / 2);
    }

    /** The same with another number of copies. */
    public MasterConfig withReplication(int copies) {
        return new MasterConfig(
                copies,
                heartbeatInterval,
                suspectAfter,
                deadAfter,
                grace,
                placementMemory,
                orderPatience,
                expectedServers,
                ordersPerServer);
    }

    /** The same for a cluster whose servers all register within so many ticks. */
    public MasterConfig withGrace(int ticks) {
        return new MasterConfig(
                replication,
                heartbeatInterval,
                suspectAfter,
                deadAfter,
                ticks,
                placementMemory,
                orderPatience,
                expectedServers,
                ordersPerServer);
    }

    /** The same for servers that send heartbeats so often. */
    public MasterConfig withHeartbeatInterval(Duration interval) {
        return new MasterConfig(
                replication,
                interval,
                suspectAfter,
                deadAfter,
                grace,
                placementMemory,
                orderPatience,
                expectedServers,
                ordersPerServer);
    }

    /** The same for a cluster of at least so many servers. */
    public MasterConfig withExpectedServers(int servers) {
        return new MasterConfig(
                replication,
                heartbeatInterval,
                suspectAfter,
                deadAfter,
                grace,
                placementMemory,
                orderPatience,
                servers,
                ordersPerServer);
    }
}
