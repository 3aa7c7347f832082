package io.chunkserver.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class SocketWordsTest {

    @Test
    void neitherCallsNorNumbersNorAddressesAreTold() {
        assertThat(SocketWords.of(new ConnectException(
                        "finishConnect(..) failed with error(-111): Connection refused: /[::1]:1")))
                .isEqualTo("connection refused");
        assertThat(SocketWords.of(new ConnectException("Connection refused: /127.0.0.1:1")))
                .isEqualTo("connection refused");
        assertThat(SocketWords.of(new BindException("bind(..) failed with error(-98): Address already in use")))
                .isEqualTo("address already in use");
        assertThat(SocketWords.of(new IOException("recvAddress(..) failed: Connection reset by peer")))
                .isEqualTo("connection reset by peer");
        assertThat(SocketWords.of(new IOException("SO_REUSEPORT is unknown"))).isEqualTo("SO_REUSEPORT is unknown");
        assertThat(SocketWords.of(new IOException())).isEqualTo("IOException");
    }
}
