package io.chunkserver.transport.netty;

import io.chunkserver.transport.Transport;
import io.chunkserver.transport.TransportProvider;

/** Makes {@link TcpTransport}s with the default configuration. */
public final class TcpProvider implements TransportProvider {

    @Override
    public String name() {
        return TcpTransport.NAME;
    }

    @Override
    public Transport create() {
        return new TcpTransport(TcpTransportConfig.DEFAULT);
    }
}
