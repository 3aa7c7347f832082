package io.chunkserver.examples.owncoordinator;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.examples.owncoordinator.DecisionFile.Decision;
import java.io.IOException;

/**
 * The first attempt at {@link WitnessCoordinator}, with a fault that is easily made: what all members have confirmed needs no more work,
 * so a start does not look at it. But a member may ask what became of it, before it has heard that its own confirmation arrived, and is
 * then told that it was aborted.
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
