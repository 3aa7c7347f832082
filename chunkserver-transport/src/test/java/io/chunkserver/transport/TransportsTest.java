package io.chunkserver.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.transport.testkit.RecordingReceiver;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transports are chosen by a word. */
class TransportsTest {

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "loopback"})
    void aTransportIsFoundByItsNameAndReachesOthersOfItsKind(String name) throws Exception {
        try (Transport server = Transports.named(name);
                Transport client = Transports.named(name)) {
            assertThat(server.name()).isEqualTo(name);
            Listener listener = server.listen(new ServerAddress("localhost", 0), connection -> new RecordingReceiver())
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            assertThat(client.connect(
                            listener.address(), Duration.ofSeconds(10), connection -> new RecordingReceiver()))
                    .succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> Transports.named("pigeon"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pigeon")
                .hasMessageContaining("[loopback, tcp]");
    }
}
