package io.chunkserver.core.master;

import io.chunkserver.core.membership.Master;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.testkit.MasterContract;
import io.chunkserver.core.testkit.MasterSubject;
import java.util.SplittableRandom;

class ClusterMasterTest extends MasterContract {

    @Override
    protected MasterSubject open() {
        ClusterMaster master =
                new ClusterMaster("m", MasterConfig.DEFAULT, DistanceMetric.EUCLIDEAN, new SplittableRandom(7));
        return new MasterSubject() {
            @Override
            public Master master() {
                return master;
            }

            @Override
            public void tick() {
                master.tick();
            }

            @Override
            public void plan() {
                while (master.runOnce()) {
                    // Goes on until it says that waiting is better.
                }
            }
        };
    }
}
