package io.chunkserver.core.testkit;

import io.chunkserver.core.membership.Master;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every {@link Master} promises to servers and clients, whoever answers: the reference master itself, or one behind a wire.
 *
 * <p>Extend it and implement {@link #open}. A broken promise is reported with the calls that led to it.
 */
@ExtendWith(PromiseReport.class)
public abstract class MasterContract
        implements MasterMembershipContract,
                MasterReportContract,
                MasterPlacementContract,
                MasterRepairContract,
                MasterRemovalContract,
                PromiseReport.Traced {

    private final CallTrace trace = new CallTrace();
    private MasterSubject subject;
    private Master master;

    /** A master that has only just started and knows nothing, with the settings that {@link MasterSubject} names. */
    protected abstract MasterSubject open() throws Exception;

    @BeforeEach
    final void start() throws Exception {
        subject = open();
        master = trace.of(Master.class, subject.master());
    }

    @Override
    public final Master master() {
        return master;
    }

    @Override
    public final void tick() {
        trace.note("a tick");
        subject.tick();
    }

    @Override
    public final void plan() {
        subject.plan();
    }

    @Override
    public final CallTrace trace() {
        return trace;
    }
}
