package io.chunkserver.core.testkit;

import io.chunkserver.core.commit.Admission;
import io.chunkserver.core.commit.AttemptNumbers;
import io.chunkserver.core.commit.ChainCoordinator;
import io.chunkserver.core.commit.CommitConfig;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.commit.PreparePath;
import io.chunkserver.core.commit.Storage;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.ChainConfig;
import io.chunkserver.core.replication.ForwardingChain;
import io.chunkserver.core.replication.Replicas;
import java.io.IOException;
import java.util.function.UnaryOperator;

/** Opens coordinators one after the other on one disk, as a server does that is started again and again. */
public final class CoordinatorOnDisk {

    private static final long CHUNK_SIZE_LIMIT = 1 << 20;

    private final UnaryOperator<PreparePath> path;
    private long boots;

    public CoordinatorOnDisk() {
        this(UnaryOperator.identity());
    }

    /** Coordinators whose way to the members is what this makes of the right one. */
    public CoordinatorOnDisk(UnaryOperator<PreparePath> path) {
        this.path = path;
    }

    /** Opens storage and coordinator, and goes on delivering what was decided before. */
    public TwoPhaseCoordinator open(Member self, Disk disk, Replicas others, Environment environment)
            throws IOException {
        Storage storage = StorageOnDisk.open(disk, environment);
        Participant participant = Participant.create(
                self.id(), storage, others, environment, new Admission(CHUNK_SIZE_LIMIT), CommitConfig.DEFAULT);
        ForwardingChain chain = new ForwardingChain(() -> self, participant, others, environment, ChainConfig.DEFAULT);
        ChainCoordinator coordinator = new ChainCoordinator(
                participant,
                path.apply(chain::push),
                others,
                CommitConfig.DEFAULT,
                new ChainCoordinator.CoordinatorLog(StorageOnDisk.LOG_ID, new AttemptNumbers(++boots)));
        storage.log().table().undelivered().forEach(coordinator::restore);
        return coordinator;
    }
}
