package io.chunkserver.examples.owncoordinator;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.examples.owncoordinator.DecisionFile.Decision;
import java.io.IOException;

/**
 * The first attempt at {@link WitnessCoordinator}, with a fault that is easily made: what all members have confirmed needs no more work,
 * so a start does not look at it. But an inquiry that was on its way then, or is sent once more, is answered with an abort.
 */
final class ForgetfulWitness extends WitnessCoordinator {

    ForgetfulWitness(Member self, Disk disk, Replicas others, Environment environment) throws IOException {
        super(self, disk, others, environment);
    }

    @Override
    boolean isRemembered(DecisionFile from, Decision decision) {
        return !from.hasEnded(decision);
    }
}
