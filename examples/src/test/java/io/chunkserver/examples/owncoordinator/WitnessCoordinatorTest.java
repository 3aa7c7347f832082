package io.chunkserver.examples.owncoordinator;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.core.testkit.TwoPhaseCoordinatorContract;
import java.io.IOException;

/** The promises of every coordinator, one by one. */
class WitnessCoordinatorTest extends TwoPhaseCoordinatorContract {

    @Override
    protected TwoPhaseCoordinator open(Member self, Disk disk, Replicas others, Environment environment)
            throws IOException {
        return new WitnessCoordinator(self, disk, others, environment).start();
    }
}
