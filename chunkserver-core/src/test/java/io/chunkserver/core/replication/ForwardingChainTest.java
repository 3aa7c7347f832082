package io.chunkserver.core.replication;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.testkit.ReplicationChainContract;
import java.time.Duration;

class ForwardingChainTest extends ReplicationChainContract {

    @Override
    protected ReplicationChain newChain(
            Member self, Participant participant, Replicas others, Environment environment) {
        return new ForwardingChain(() -> self, participant, others, environment, ChainConfig.DEFAULT);
    }

    @Override
    protected Duration stallTimeout() {
        return ChainConfig.DEFAULT.stallTimeout();
    }
}
