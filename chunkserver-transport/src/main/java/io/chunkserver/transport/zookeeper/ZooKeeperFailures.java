package io.chunkserver.transport.zookeeper;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.util.Locale;
import org.apache.zookeeper.KeeperException;

/** What ZooKeeper's exceptions mean to us. */
final class ZooKeeperFailures {

    private ZooKeeperFailures() {}

    /** The failure, with the ensemble's address in it; our own name it already. */
    static ChunkServerException of(EnsembleAddress address, Exception thrown) {
        if (thrown instanceof KeeperException.NoAuthException denied) {
            return Failure.of(
                            ErrorCode.REFUSED,
                            "ZooKeeper at " + address + " does not allow us to change node " + denied.getPath())
                    .withHint("let everybody create, read and delete nodes below the root, or name another root")
                    .toException(denied);
        }
        if (thrown instanceof KeeperException failed) {
            return Failure.of(
                            ErrorCode.UNREACHABLE,
                            "ZooKeeper at " + address + " does not do what it was asked for: "
                                    + failed.code().name().toLowerCase(Locale.ROOT))
                    .toException(failed);
        }
        return ChunkServerException.from(thrown);
    }
}
