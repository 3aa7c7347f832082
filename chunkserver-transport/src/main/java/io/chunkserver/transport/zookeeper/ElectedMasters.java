package io.chunkserver.transport.zookeeper;

import io.chunkserver.transport.ServerAddress;
import java.util.List;

/**
 * The masters as the ensemble knows them.
 *
 * @param addresses where they are, each once, the one that leads first; empty when there are none
 * @param epoch     that of the leader; 0 when there is none. It grows from leader to leader
 */
record ElectedMasters(List<ServerAddress> addresses, long epoch) {

    static final ElectedMasters NONE = new ElectedMasters(List.of(), 0);

    ElectedMasters {
        addresses = List.copyOf(addresses);
    }
}
