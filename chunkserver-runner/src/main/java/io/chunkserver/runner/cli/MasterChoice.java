package io.chunkserver.runner.cli;

import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The masters that a verb asks.
 *
 * @param addresses those that are named; empty when an ensemble knows them
 * @param ensemble  knows them; null when they are named
 */
record MasterChoice(List<ServerAddress> addresses, @Nullable EnsembleAddress ensemble) {

    MasterChoice {
        addresses = List.copyOf(addresses);
    }

    /** Whether none was chosen. */
    boolean isEmpty() {
        return addresses.isEmpty() && ensemble == null;
    }

    /** As the options say it. */
    @Override
    public String toString() {
        return ensemble == null ? "--master " + addresses.get(0) : "--zookeeper " + ensemble;
    }
}
