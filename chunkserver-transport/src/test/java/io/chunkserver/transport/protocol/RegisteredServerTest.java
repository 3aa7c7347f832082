package io.chunkserver.transport.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegisteredServerTest {

    private static final UUID DIRECTORY = new UUID(1, 2);

    private static RegisteredServer server(UUID directory, long boot, String address, ServerState state) {
        ServerId id = new ServerId("s1");
        return new RegisteredServer(
                new Registration(
                        new Incarnation(id, directory, boot), new Member(id, address, new Location(1, 2)), 1, 1000, 64),
                state);
    }

    private static RegisteredServer server(UUID directory, long boot, String address) {
        return server(directory, boot, address, ServerState.READY);
    }

    @ParameterizedTest
    @EnumSource(ServerState.class)
    void whatIsWrittenReadsBack(ServerState state) throws ChunkServerException {
        RegisteredServer server = server(DIRECTORY, 3, "h:1", state);
        assertThat(RegisteredServer.decode(server.encode())).isEqualTo(server);
    }

    @Test
    void aNodeIsJsonThatAPersonCanRead() {
        assertThat(new String(server(DIRECTORY, 3, "h:1").encode(), StandardCharsets.UTF_8))
                .isEqualTo("{\"serverId\":\"s1\",\"uuid\":\"00000000-0000-0001-0000-000000000002\",\"bootCount\":3,"
                        + "\"address\":\"h:1\",\"x\":1.0,\"y\":2.0,\"formatVersion\":1,\"spaceLimitBytes\":1000,"
                        + "\"chunkSizeLimitBytes\":64,\"state\":\"ready\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"serverId\":\"s1\",\"uuid\":\"00000000-0000-0001-0000-000000000002\",\"bootCount\":0,"
                        + "\"address\":\"h:1\",\"x\":1.0,\"y\":2.0,\"formatVersion\":1,\"spaceLimitBytes\":1000,"
                        + "\"chunkSizeLimitBytes\":64,\"state\":\"ready\"}",
                "{\"serverId\":\"s1\",\"uuid\":\"00000000-0000-0001-0000-000000000002\",\"bootCount\":1,"
                        + "\"address\":\"h:1\",\"x\":1.0,\"y\":2.0,\"formatVersion\":1,\"spaceLimitBytes\":1000,"
                        + "\"chunkSizeLimitBytes\":64,\"state\":\"asleep\"}"
            })
    void otherBytesAreOneTypedError(String text) {
        assertThatThrownBy(() -> RegisteredServer.decode(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        ChunkServerException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR));
    }

    @Test
    void aLaterRunOnTheSameDirectoryAndThisVeryRunReplaceANode() {
        RegisteredServer node = server(DIRECTORY, 3, "h:1");
        assertThat(node.isReplacedBy(server(DIRECTORY, 4, "h:2"))).isTrue();
        assertThat(node.isReplacedBy(server(DIRECTORY, 3, "h:1"))).isTrue();
    }

    @Test
    void whoMayBeAnotherLivingServerDoesNot() {
        RegisteredServer node = server(DIRECTORY, 3, "h:1");
        assertThat(node.isReplacedBy(server(new UUID(1, 3), 4, "h:1")))
                .as("another directory")
                .isFalse();
        assertThat(node.isReplacedBy(server(DIRECTORY, 3, "h:2")))
                .as("a copy of it")
                .isFalse();
        assertThat(node.isReplacedBy(server(DIRECTORY, 2, "h:1")))
                .as("an older state of it")
                .isFalse();
    }
}
