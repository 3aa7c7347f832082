package io.chunkserver.transport.zookeeper;

import static io.chunkserver.transport.zookeeper.ZooKeeperFixture.CONTENT;
import static io.chunkserver.transport.zookeeper.ZooKeeperFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.zookeeper.ZooKeeperFixture.RunningServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ensembles that are none: each is named with what is wrong about it, and nobody stops serving. */
class UnreachableEnsembleIT {

    @TempDir
    private Path directory;

    private void assertNamed(String connectString, String reason) throws Exception {
        try (ZooKeeperFixture fixture = new ZooKeeperFixture(connectString)) {
            assertThatThrownBy(() -> fixture.clients().current())
                    .isInstanceOfSatisfying(ChunkServerException.class, failure -> {
                        assertThat(failure.code()).isEqualTo(ErrorCode.UNREACHABLE);
                        assertThat(failure).hasMessageContaining(connectString).hasMessageContaining(reason);
                    });
            RunningServer server = fixture.server(directory, "s1");
            eventually(() -> server.registry().reason().contains(reason));
            assertThat(server.isRegistered()).isFalse();
            assertThat(server.read()).isEqualTo(CONTENT);
        }
    }

    @Test
    void aHostThatDoesNotResolve() throws Exception {
        assertNamed("no-such-host.invalid:2181", "host no-such-host.invalid does not resolve");
    }

    @Test
    void aPortThatNobodyListensOn() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertNamed("127.0.0.1:" + port, "nothing listens at 127.0.0.1:" + port);
    }

    @Test
    void somethingElseThatListens() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            assertNamed(address, "at " + address + " something listens that does not answer as a ZooKeeper member");
        }
    }

    @Test
    void anEnsembleWithoutAMaster() throws Exception {
        try (TestingServer zooKeeper = new TestingServer();
                ZooKeeperFixture fixture = new ZooKeeperFixture(zooKeeper.getConnectString())) {
            assertThatThrownBy(() -> fixture.clients().current())
                    .isInstanceOfSatisfying(ChunkServerException.class, failure -> {
                        assertThat(failure.code()).isEqualTo(ErrorCode.UNREACHABLE);
                        assertThat(failure).hasMessageContaining("no master is registered");
                        assertThat(failure.failure().describe())
                                .contains("master --zookeeper " + zooKeeper.getConnectString());
                    });
        }
    }
}
