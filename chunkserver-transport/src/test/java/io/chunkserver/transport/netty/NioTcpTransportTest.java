package io.chunkserver.transport.netty;

import io.chunkserver.transport.Transport;

/** The transport's contract over TCP, as every JVM can do it. */
class NioTcpTransportTest extends TcpTransportTest {

    @Override
    protected Transport open() {
        return new TcpTransport(TcpTransportConfig.DEFAULT, IoPlatform.nio());
    }
}
