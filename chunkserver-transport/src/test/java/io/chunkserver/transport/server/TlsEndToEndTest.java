package io.chunkserver.transport.server;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import io.chunkserver.transport.security.TlsConfig;
import io.chunkserver.transport.testkit.TestAuthority;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class TlsEndToEndTest extends EndToEndContract {

    @TempDir
    private static Path folder;

    private static TlsConfig member;

    @BeforeAll
    static void sign() throws Exception {
        member = new TestAuthority(folder).memberAt("127.0.0.1");
    }

    @Override
    Transport newTransport() {
        try {
            return TcpTransport.secured(TcpTransportConfig.DEFAULT, member);
        } catch (ChunkServerException e) {
            throw new AssertionError(e);
        }
    }
}
