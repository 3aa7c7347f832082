package io.chunkserver.transport.zookeeper;

import com.google.common.base.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.ServerAddress;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a master a candidate of an ensemble, and tells it when it leads and when it does not any more.
 *
 * <p>The epoch of a leader is the transaction id by which ZooKeeper created its node. The oldest node leads, so the epoch grows from
 * leader to leader, over any restart of masters and of the ensemble. A leader stands back as soon as its connection breaks, before
 * its session is over. One that was stopped notices by the clock, before it can say anything: its leadership is confirmed for less than a
 * session's timeout after it last asked the ensemble, in which nobody else can be elected (a lease: Gray and Cheriton, SOSP 1989).
 * The servers tell what it ordered before by its epoch.
 *
 * <p><b>Failure.</b> Without a session the master stands by, and becomes a candidate again by itself, however long it takes. Each reason
 * is logged once.
 *
 * <p><b>Threads.</b> Thread-safe; one thread of its own beside those of ZooKeeper's client.
 */
public final class MasterElection implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(MasterElection.class);

    /**
     * Looks in a row that do not find our node before the latch is made anew: it gives up for ever when making its node fails at the
     * wrong moment.
     */
    private static final int MAX_MISSES = 4;

    /** Looks in the time of a session, so that a leadership stays confirmed when one of them fails. */
    private static final int LOOKS_PER_SESSION = 4;

    /** What is left of a session's timeout when two clocks differ by as much as they may: nine of ten parts. */
    private static final int LEASE_TENTHS = 9;

    private final Candidate candidate;
    private final ServerAddress reachable;
    private final Ensemble ensemble;
    private final Ticker ticker;
    private final StepLoop loop;
    private final MastersReader reader;

    @GuardedBy("this")
    private long leadsBy;

    /** Until when nobody else can have been elected, by the ticker; set when the ensemble has agreed. */
    private volatile long confirmedUntil;

    // What follows is used on the loop's thread, and by close when that has ended.

    private volatile @Nullable LeaderLatch latch;
    private int misses;
    private String lastReason = "";

    private MasterElection(
            Candidate candidate,
            ServerAddress reachable,
            EnsembleAddress address,
            EnsembleConfig config,
            Ticker ticker,
            RandomGenerator random) {
        this.candidate = candidate;
        this.reachable = reachable;
        this.ticker = ticker;
        this.confirmedUntil = ticker.read();
        Duration pause = config.sessionTimeout().dividedBy(LOOKS_PER_SESSION);
        this.loop = new StepLoop(
                "chunkserver-zookeeper-election", this::runOnce, this::failed, config.withRefreshWithin(pause), random);
        this.ensemble = new Ensemble(address, config, loop::wake);
        this.reader = new MastersReader(ensemble, loop::wake);
    }

    /**
     * Begins to take part, and waits for nothing; the candidate stands by when this returns.
     *
     * @param reachable where servers and clients reach the master; no two masters have the same
     */
    public static MasterElection start(
            Candidate candidate,
            ServerAddress reachable,
            EnsembleAddress address,
            EnsembleConfig config,
            RandomGenerator random) {
        return start(candidate, reachable, address, config, Ticker.systemTicker(), random);
    }

    static MasterElection start(
            Candidate candidate,
            ServerAddress reachable,
            EnsembleAddress address,
            EnsembleConfig config,
            Ticker ticker,
            RandomGenerator random) {
        candidate.standBy();
        MasterElection election = new MasterElection(candidate, reachable, address, config, ticker, random);
        election.ensemble.start();
        election.loop.wake();
        return election;
    }

    private void runOnce() throws Exception {
        try {
            ensemble.awaitSession();
        } catch (ChunkServerException e) {
            misses = 0;
            throw e;
        }
        LeaderLatch own = latch;
        if (own == null) {
            own = enter();
            latch = own;
        }
        // Read for its watch alone, which tells when a node comes or goes, ours among them.
        var unused = reader.read();
        String path = own.getOurPath();
        long asked = ticker.read();
        boolean elected = own.hasLeadership();
        Stat node = path == null ? null : ensemble.client().checkExists().forPath(path);
        if (node == null || node.getEphemeralOwner() != ensemble.sessionId()) {
            standBy();
            throw missed(own);
        }
        misses = 0;
        if (elected) {
            agree(Objects.requireNonNull(path));
            confirmedUntil = asked + ensemble.sessionTimeout().toNanos() / 10 * LEASE_TENTHS;
        }
        settle(own, node.getCzxid());
        if (!lastReason.isEmpty()) {
            LOG.info("master at {} is a candidate with ZooKeeper at {} again", reachable, ensemble.address());
            lastReason = "";
        }
    }

    /**
     * Has the majority of the ensemble agree that our node is there: a member that is cut off from the others may still show a node of a
     * session that they have ended. A transaction is agreed on, a read is not; and it changes nothing, since a change of the node would use
     * up the watch by which the next candidate waits for its end.
     *
     * @throws KeeperException.NoNodeException when it is gone
     */
    private void agree(String path) throws Exception {
        CuratorFramework client = ensemble.client();
        var unused = client.transaction()
                .forOperations(client.transactionOp().check().forPath(path));
    }

    private LeaderLatch enter() throws Exception {
        LeaderLatch entered = new LeaderLatch(ensemble.client(), Ensemble.MASTERS, reachable.toString());
        entered.addListener(new LeaderLatchListener() {
            @Override
            public void isLeader() {
                loop.wake();
            }

            @Override
            public void notLeader() {
                standBy();
                loop.wake();
            }
        });
        entered.start();
        return entered;
    }

    private void settle(LeaderLatch own, long epoch) {
        if (!own.hasLeadership()) {
            standBy();
            return;
        }
        lead(epoch);
        if (!own.hasLeadership()) {
            // It was lost in between, and its listener may have spoken before we did.
            standBy();
        }
    }

    private synchronized void lead(long epoch) {
        if (leadsBy != epoch) {
            leadsBy = epoch;
            LOG.info("master at {} was elected by ZooKeeper at {}, epoch {}", reachable, ensemble.address(), epoch);
            candidate.lead(epoch, this::isConfirmed);
        }
    }

    private boolean isConfirmed() {
        return ticker.read() - confirmedUntil < 0;
    }

    private synchronized void standBy() {
        if (leadsBy != 0) {
            LOG.warn("master at {} does not lead any more; its epoch was {}", reachable, leadsBy);
        }
        leadsBy = 0;
        candidate.standBy();
    }

    /** To be thrown, so that the next look comes soon, and later each time. */
    private ChunkServerException missed(LeaderLatch own) throws IOException {
        misses++;
        if (misses >= MAX_MISSES) {
            misses = 0;
            latch = null;
            own.close();
        }
        return Failure.of(
                        ErrorCode.UNREACHABLE, "ZooKeeper at " + ensemble.address() + " has no node of this master yet")
                .toException();
    }

    /** Each reason is told once, not each time. */
    private void failed(Exception thrown) {
        Failure why = ZooKeeperFailures.of(ensemble.address(), thrown).failure();
        String reason = why.describe();
        if (misses == 1 || reason.equals(lastReason)) {
            // The first miss is that of a node which is being made.
            return;
        }
        lastReason = reason;
        if (why.code() == ErrorCode.INTERNAL) {
            LOG.error("master at {} cannot take part in the election", reachable, thrown);
        } else {
            LOG.warn("master at {} is no candidate at present, and gives no orders: {}", reachable, reason);
        }
    }

    /** The master stands by, and is no candidate any more. Idempotent. */
    @Override
    public void close() throws IOException {
        loop.close();
        LeaderLatch own = latch;
        latch = null;
        try {
            if (own != null) {
                own.close();
            }
        } finally {
            ensemble.close();
            standBy();
        }
    }
}
