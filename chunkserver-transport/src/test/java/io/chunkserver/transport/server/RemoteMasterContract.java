package io.chunkserver.transport.server;

import io.chunkserver.core.master.ClusterMaster;
import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.membership.Master;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.testkit.MasterContract;
import io.chunkserver.core.testkit.MasterSubject;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.RemoteMaster;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;

/** Over the wire a master promises what it promises in one process. */
abstract class RemoteMasterContract extends MasterContract {

    private Transport transport;
    private MasterEndpoint endpoint;
    private RemoteMaster remote;

    /** A transport that reaches itself. */
    abstract Transport newTransport();

    @Override
    protected MasterSubject open() throws IOException {
        ClusterMaster master =
                new ClusterMaster("m", MasterConfig.DEFAULT, DistanceMetric.EUCLIDEAN, new SplittableRandom(7));
        transport = newTransport();
        endpoint =
                MasterEndpoint.open(master, transport, new ServerAddress("127.0.0.1", 0), null, EndpointConfig.DEFAULT);
        remote = new RemoteMaster(transport, endpoint.address(), MasterEndpointContract.PATIENT);
        return new MasterSubject() {
            @Override
            public Master master() {
                return remote;
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

    @AfterEach
    void close() {
        remote.close();
        endpoint.close();
        transport.close();
    }
}
