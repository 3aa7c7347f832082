package io.chunkserver.transport.client;

import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;

/** Reads on sockets, where nobody notices that the other side of an idle one has gone. */
class TcpReadConnectionTest extends ReadConnectionContract {

    @Override
    Transport newTransport() {
        return new TcpTransport(TcpTransportConfig.DEFAULT);
    }

    @Override
    ServerAddress anyPort() {
        return new ServerAddress("127.0.0.1", 0);
    }
}
