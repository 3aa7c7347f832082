package io.chunkserver.transport.server;

import io.chunkserver.transport.Transport;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import io.chunkserver.transport.security.SecretTransport;
import io.chunkserver.transport.security.SharedSecret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

class SecretEndToEndTest extends EndToEndContract {

    @Override
    Transport newTransport() {
        SharedSecret secret = SharedSecret.of("a secret of this test".getBytes(StandardCharsets.UTF_8));
        return new SecretTransport(new TcpTransport(TcpTransportConfig.DEFAULT), secret, new SecureRandom());
    }
}
