package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.server.TcpTransports;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import io.chunkserver.transport.zookeeper.EnsembleConfig;
import io.chunkserver.transport.zookeeper.EnsembleMasters;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** Opens clients for the verbs that talk to a server. */
final class Clients {

    private final ConfigReader config;

    Clients(ConfigReader config) {
        this.config = config;
    }

    /**
     * A client over TCP, with TLS where that is configured.
     *
     * @throws ConfigException      when a configuration file is named and wrong, also where it does not concern clients
     * @throws ChunkServerException when a file of TLS is missing or wrong
     */
    OpenClient open() throws ConfigException, ChunkServerException {
        Transport transport = TcpTransports.open(config.read().security());
        return new OpenClient(transport, new ChunkClient(transport, ClientConfig.DEFAULT));
    }

    /** What a verb asks servers and masters through, closed together. Used by one thread. */
    static final class OpenClient implements Closeable {

        private final Transport transport;
        private final ChunkClient client;
        private @Nullable MasterClient master;
        private @Nullable EnsembleMasters ensemble;

        private OpenClient(Transport transport, ChunkClient client) {
            this.transport = transport;
            this.client = client;
        }

        ChunkClient client() {
            return client;
        }

        /** These masters, of which the first that answers is enough. A verb has one group of masters. */
        MasterClient master(MasterChoice choice) {
            if (master == null) {
                master = connect(choice);
            }
            return master;
        }

        private MasterClient connect(MasterChoice choice) {
            EnsembleAddress known = choice.ensemble();
            if (known == null) {
                return new MasterClient(transport, choice.addresses(), ClientConfig.DEFAULT);
            }
            EnsembleMasters followed = EnsembleMasters.open(known, EnsembleConfig.DEFAULT, new SecureRandom());
            ensemble = followed;
            return new MasterClient(transport, followed, ClientConfig.DEFAULT);
        }

        @Override
        public void close() throws IOException {
            try (transport;
                    client;
                    EnsembleMasters followed = ensemble;
                    MasterClient opened = master) {
                // Closed in the reverse order, all of them also when one fails.
            }
        }
    }
}
