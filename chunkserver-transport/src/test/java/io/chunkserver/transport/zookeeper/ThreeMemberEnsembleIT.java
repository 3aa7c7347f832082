package io.chunkserver.transport.zookeeper;

import static io.chunkserver.transport.zookeeper.ZooKeeperFixture.CONTENT;
import static io.chunkserver.transport.zookeeper.ZooKeeperFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.transport.zookeeper.ZooKeeperFixture.RunningCandidate;
import io.chunkserver.transport.zookeeper.ZooKeeperFixture.RunningServer;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An ensemble of three members, of which one is lost, and then another. */
class ThreeMemberEnsembleIT {

    @TempDir
    private Path directory;

    @Test
    void registrationAndElectionGoOnWithoutOneMemberAndServingWithoutAny() throws Exception {
        try (TestingCluster ensemble = new TestingCluster(3)) {
            ensemble.start();
            try (ZooKeeperFixture fixture = new ZooKeeperFixture(ensemble.getConnectString())) {
                RunningCandidate first = fixture.master("m1");
                eventually(first::leads);
                RunningCandidate second = fixture.master("m2");
                RunningServer before = fixture.server(directory.resolve("s1"), "s1");
                eventually(() -> before.isRegistered() && before.knows(2));
                long epoch = first.epoch();

                Iterator<InstanceSpec> members = ensemble.getInstances().iterator();
                assertThat(ensemble.killServer(members.next())).isTrue();
                eventually(() -> before.isRegistered() && before.knows(2));
                RunningServer after = fixture.server(directory.resolve("s2"), "s2");
                eventually(() -> after.isRegistered() && after.knows(2));
                eventually(() -> first.leads() || second.leads());
                (first.leads() ? first : second).stop();
                eventually(() -> first.leads() || second.leads());
                assertThat(Math.max(first.epoch(), second.epoch())).isGreaterThan(epoch);

                assertThat(ensemble.killServer(members.next())).isTrue();
                eventually(() -> !before.isRegistered() && !after.isRegistered());
                eventually(() -> !first.leads() && !second.leads());
                assertThat(before.read()).isEqualTo(CONTENT);
                assertThat(after.read()).isEqualTo(CONTENT);
            }
        }
    }
}
