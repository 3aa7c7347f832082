package io.chunkserver.core.testkit;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.Replicas;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A coordinator that is opened before each test, in virtual time, on a disk that forgets in a crash what was not forced. */
@ExtendWith(PromiseReport.class)
abstract class CoordinatorFixture implements CoordinatorSubject, PromiseReport.Traced {

    private final Member self = new Member(new ServerId("a"), "a", Location.ORIGIN);
    private final CallTrace trace = new CallTrace();
    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(42));
    private final MemoryDisk disk = new MemoryDisk();
    private final FakeReplicas others = new FakeReplicas(trace);
    private final FakeReplica b = others.add("b", new Location(1, 0));
    private final FakeReplica c = others.add("c", new Location(2, 0));
    private SimulatedTime.Life life = time.life(Duration.ofMillis(1));
    private TwoPhaseCoordinator coordinator;
    private long sequence;

    /**
     * Opens the coordinator under test: the first time on an empty disk; after a crash, which is not announced, on what is left.
     *
     * @param self        who it is; its own participant, with store and log, lies on the disk as well
     * @param disk        the only place where it may remember anything
     * @param others      how it reaches the other members
     * @param environment its time, chance and threads
     */
    protected abstract TwoPhaseCoordinator open(Member self, Disk disk, Replicas others, Environment environment)
            throws IOException;

    @BeforeEach
    final void start() throws IOException {
        coordinator = trace.of(TwoPhaseCoordinator.class, open(self, disk, others, life.environment()));
    }

    @Override
    public final void crash() {
        trace.note("the coordinator crashes");
        life.end();
        disk.crash();
    }

    @Override
    public final void restart() throws IOException {
        trace.note("the coordinator starts again");
        life = time.life(Duration.ofMillis(1));
        start();
    }

    @Override
    public final TransactionId newTransaction() {
        return new TransactionId("client", life.environment().clock().millis(), sequence++);
    }

    @Override
    public final CallTrace trace() {
        return trace;
    }

    @Override
    public final TwoPhaseCoordinator coordinator() {
        return coordinator;
    }

    @Override
    public final Member self() {
        return self;
    }

    @Override
    public final FakeReplica b() {
        return b;
    }

    @Override
    public final FakeReplica c() {
        return c;
    }

    @Override
    public final FakeReplicas others() {
        return others;
    }

    @Override
    public final SimulatedTime time() {
        return time;
    }
}
