package io.chunkserver.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is an address and what is not. */
class ServerAddressTest {

    @ParameterizedTest
    @CsvSource({"localhost:7070, localhost, 7070", "10.0.0.1:0, 10.0.0.1, 0", "[::1]:65535, ::1, 65535"})
    void anAddressIsReadAndWrittenTheSame(String text, String host, int port) {
        ServerAddress address = ServerAddress.parse(text);
        assertThat(address).isEqualTo(new ServerAddress(host, port));
        assertThat(address).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                ":1",
                "a:",
                "a:x",
                "a:-1",
                "a:65536",
                "::1:80",
                "[]:1",
                "a b:1",
                "[[x]]:1",
                "a]:1"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> ServerAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEndlessHostIsRefused() {
        assertThatThrownBy(() -> new ServerAddress("h".repeat(300), 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
