package io.chunkserver.transport.server;

import io.chunkserver.transport.Transport;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;

class TcpMasterEndpointTest extends MasterEndpointContract {

    @Override
    Transport newTransport() {
        return new TcpTransport(TcpTransportConfig.DEFAULT);
    }
}
