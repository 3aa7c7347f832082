package io.chunkserver.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.security.SecretTransport;
import io.chunkserver.transport.security.SharedSecret;
import io.chunkserver.transport.testkit.TransportContract;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** The transport's contract where both sides know a secret: whoever is let in notices nothing of it. */
class SecretTcpTransportTest extends TransportContract {

    private static final SharedSecret SECRET =
            SharedSecret.of("a secret of this test".getBytes(StandardCharsets.UTF_8));

    private final List<TcpTransport> carriers = new ArrayList<>();

    @Override
    protected Transport open() {
        TcpTransport carrier = new TcpTransport(TcpTransportConfig.DEFAULT);
        carriers.add(carrier);
        return new SecretTransport(carrier, SECRET, new SecureRandom());
    }

    @Override
    protected ServerAddress anyPort() {
        return new ServerAddress("127.0.0.1", 0);
    }

    @Override
    protected void assertNothingHeld(List<Transport> closed) {
        for (TcpTransport carrier : carriers) {
            assertThat(carrier.bytesInUse()).as("pooled bytes in use").isZero();
        }
    }
}
