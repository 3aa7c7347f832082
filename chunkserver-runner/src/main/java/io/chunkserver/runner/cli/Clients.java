package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.Transports;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ClientConfig;
import java.io.Closeable;
import java.io.IOException;

/** Opens clients for the verbs that talk to a server. */
final class Clients {

    private static final String TRANSPORT = "tcp";

    private final ConfigReader config;

    Clients(ConfigReader config) {
        this.config = config;
    }

    /**
     * A client over TCP.
     *
     * @throws ConfigException when a configuration file is named and wrong, although nothing in it concerns clients yet
     */
    OpenClient open() throws ConfigException {
        config.checkFile();
        Transport transport = Transports.named(TRANSPORT);
        return new OpenClient(transport, new ChunkClient(transport, ClientConfig.DEFAULT));
    }

    /** A client and the transport that it runs on, closed together. */
    record OpenClient(Transport transport, ChunkClient client) implements Closeable {

        @Override
        public void close() throws IOException {
            try (transport) {
                client.close();
            }
        }
    }
}
