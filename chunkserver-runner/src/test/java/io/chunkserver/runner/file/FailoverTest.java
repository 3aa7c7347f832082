package io.chunkserver.runner.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.ServerAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FailoverTest {

    private static final ServerAddress ONE = new ServerAddress("one", 1);
    private static final ServerAddress TWO = new ServerAddress("two", 2);

    private final List<ServerAddress> asked = new ArrayList<>();
    private final Failover servers = new Failover(List.of(ONE, TWO));

    @Test
    void staysWithTheServerThatAnswered() throws IOException {
        ServerAddress first = servers.first(server -> answerOf(server, TWO));
        ServerAddress second = servers.first(server -> answerOf(server, TWO));
        assertThat(List.of(first, second)).containsExactly(TWO, TWO);
        assertThat(asked).containsExactly(ONE, TWO, TWO);
    }

    /** A hung server costs its time-out once, not for every chunk of a file. */
    @Test
    void whoDidNotAnswerIsAskedLastForOtherChunksUntilItAnswers() throws IOException {
        Set<ServerAddress> silent = new HashSet<>();
        for (ServerAddress answering : List.of(TWO, TWO, ONE, ONE)) {
            new Failover(List.of(ONE, TWO), silent).first(server -> answerOf(server, answering));
        }
        assertThat(asked).containsExactly(ONE, TWO, TWO, TWO, ONE, ONE);
    }

    @Test
    void whoAnswersThatItHasNotWhatIsAskedForIsNotTakenForSilent() throws IOException {
        Set<ServerAddress> silent = new HashSet<>();
        new Failover(List.of(ONE, TWO), silent).first(server -> {
            if (server.equals(ONE)) {
                throw Failure.of(ErrorCode.CHUNK_NOT_FOUND, "no").toException();
            }
            return server;
        });
        assertThat(silent).isEmpty();
    }

    @Test
    void whenAllFailEachIsNamed() {
        assertThatExceptionOfType(ChunkServerException.Unavailable.class)
                .isThrownBy(() -> servers.first(server -> answerOf(server, null)))
                .withMessageContainingAll("one:1", "two:2");
        assertThat(asked).containsExactly(ONE, TWO);
    }

    @Test
    void notFoundIsSaidOnlyWhenEveryServerSaysIt() {
        assertThat(codeOf(ErrorCode.CHUNK_NOT_FOUND, ErrorCode.CHUNK_NOT_FOUND)).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
        assertThat(codeOf(ErrorCode.CHUNK_NOT_FOUND, ErrorCode.UNREACHABLE)).isEqualTo(ErrorCode.UNREACHABLE);
        assertThat(codeOf(ErrorCode.UNREACHABLE, ErrorCode.CHUNK_NOT_FOUND)).isEqualTo(ErrorCode.UNREACHABLE);
        assertThat(codeOf(ErrorCode.CORRUPT, ErrorCode.UNREACHABLE)).isEqualTo(ErrorCode.CORRUPT);
    }

    @Test
    void whereAllAnsweredThatItIsNotThereThatIsSaid() {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream usual = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            assertThatExceptionOfType(ChunkServerException.class)
                    .isThrownBy(() -> servers.first(server -> {
                        throw Failure.of(ErrorCode.CHUNK_NOT_FOUND, "not at " + server)
                                .toException();
                    }))
                    .withMessage("no server has it: not at one:1; not at two:2");
        } finally {
            System.setErr(usual);
        }
        assertThat(log.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void failureOfTheCallersOwnDiskIsNotTriedElsewhere() {
        assertThatIOException()
                .isThrownBy(() -> servers.first(server -> {
                    asked.add(server);
                    throw new IOException("no space left");
                }))
                .withMessage("no space left");
        assertThat(asked).containsExactly(ONE);
    }

    @Test
    void aRangePastTheChunksEndIsToldAtOnce() {
        assertThatExceptionOfType(ChunkServerException.InvalidRequest.class)
                .isThrownBy(() -> servers.first(server -> {
                    asked.add(server);
                    throw Failure.of(ErrorCode.RANGE_NOT_SATISFIABLE, "the chunk has 5 bytes")
                            .toException();
                }))
                .withMessage("the chunk has 5 bytes");
        assertThat(asked).containsExactly(ONE);
    }

    private ServerAddress answerOf(ServerAddress server, ServerAddress answering) throws IOException {
        asked.add(server);
        if (server.equals(answering)) {
            return server;
        }
        throw Failure.of(ErrorCode.UNREACHABLE, "nobody listens at " + server).toException();
    }

    private static ErrorCode codeOf(ErrorCode first, ErrorCode second) {
        try {
            new Failover(List.of(ONE, TWO)).first(server -> {
                throw Failure.of(server.equals(ONE) ? first : second, "no").toException();
            });
            throw new AssertionError("nobody answered");
        } catch (ChunkServerException e) {
            return e.code();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
