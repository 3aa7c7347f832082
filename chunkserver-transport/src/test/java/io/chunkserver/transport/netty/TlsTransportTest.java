package io.chunkserver.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.security.TlsConfig;
import io.chunkserver.transport.testkit.TestAuthority;
import io.chunkserver.transport.testkit.TransportContract;
import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The transport's contract over TLS, where each side has a certificate. */
class TlsTransportTest extends TransportContract {

    @TempDir
    private static Path folder;

    private static TlsConfig member;

    @BeforeAll
    static void sign() throws Exception {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        member = new TestAuthority(folder).memberAt("127.0.0.1");
    }

    @Override
    protected Transport open() {
        try {
            return TcpTransport.secured(TcpTransportConfig.DEFAULT, member);
        } catch (ChunkServerException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected ServerAddress anyPort() {
        return new ServerAddress("127.0.0.1", 0);
    }

    @Override
    protected void assertNothingHeld(List<Transport> closed) {
        for (Transport transport : closed) {
            assertThat(((TcpTransport) transport).bytesInUse())
                    .as("pooled bytes in use")
                    .isZero();
        }
    }
}
