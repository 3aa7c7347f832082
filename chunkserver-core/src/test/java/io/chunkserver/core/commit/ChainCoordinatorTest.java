package io.chunkserver.core.commit;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.core.testkit.CoordinatorOnDisk;
import io.chunkserver.core.testkit.TwoPhaseCoordinatorContract;
import java.io.IOException;

class ChainCoordinatorTest extends TwoPhaseCoordinatorContract {

    private final CoordinatorOnDisk server = new CoordinatorOnDisk();

    @Override
    protected TwoPhaseCoordinator open(Member self, Disk disk, Replicas others, Environment environment)
            throws IOException {
        return server.open(self, disk, others, environment);
    }
}
