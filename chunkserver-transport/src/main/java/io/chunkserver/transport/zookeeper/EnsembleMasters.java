package io.chunkserver.transport.zookeeper;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.MasterAddresses;
import java.io.Closeable;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The masters that an ensemble knows, for clients; followed by a watch. While the ensemble cannot be reached, those that were known last.
 *
 * <p>Thread-safe; one thread of its own beside those of ZooKeeper's client.
 */
public final class EnsembleMasters implements MasterAddresses, Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(EnsembleMasters.class);

    private final Ensemble ensemble;
    private final StepLoop loop;
    private final MastersReader reader;
    private final CountDownLatch looked = new CountDownLatch(1);
    private volatile @Nullable ElectedMasters known;
    private volatile Failure failure = Failure.of(ErrorCode.UNREACHABLE, "nobody has looked for masters yet");

    private EnsembleMasters(EnsembleAddress address, EnsembleConfig config, RandomGenerator random) {
        loop = new StepLoop("chunkserver-zookeeper-masters", this::runOnce, this::failed, config, random);
        ensemble = new Ensemble(address, config, loop::wake);
        reader = new MastersReader(ensemble, loop::wake);
    }

    /** Begins to look for masters, and waits for nothing. */
    public static EnsembleMasters open(EnsembleAddress address, EnsembleConfig config, RandomGenerator random) {
        EnsembleMasters masters = new EnsembleMasters(address, config, random);
        masters.ensemble.start();
        masters.loop.wake();
        return masters;
    }

    private void runOnce() throws Exception {
        ensemble.awaitSession();
        known = reader.read();
        looked.countDown();
    }

    private void failed(Exception why) {
        failure = ZooKeeperFailures.of(ensemble.address(), why).failure();
        LOG.debug("masters are not known: {}", failure.describe());
        looked.countDown();
    }

    /** Waits only until the ensemble was asked for the first time. */
    @Override
    public List<ServerAddress> current() throws ChunkServerException {
        try {
            looked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ErrorCode.CANCELLED, "interrupted while waiting for ZooKeeper at " + ensemble.address())
                    .toException(e);
        }
        ElectedMasters masters = known;
        if (masters == null) {
            throw failure.toException();
        }
        if (masters.addresses().isEmpty()) {
            throw Failure.of(ErrorCode.UNREACHABLE, "no master is registered with ZooKeeper at " + ensemble.address())
                    .withHint("start one with: master --zookeeper " + ensemble.address())
                    .toException();
        }
        return masters.addresses();
    }

    /** Idempotent. */
    @Override
    public void close() {
        loop.close();
        looked.countDown();
        ensemble.close();
    }
}
