package io.chunkserver.core.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChunkServerExceptionTest {

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeHasAWordThatReadsBackAnExceptionAndAnExitCode(ErrorCode code) {
        assertThat(ErrorCode.parse(code.word())).isEqualTo(code);
        assertThat(Failure.of(code, "x").toException().code()).isEqualTo(code);
        assertThat(code.exitCode()).isBetween(1, 13);
    }

    @Test
    void aCodeOfANewerVersionIsReadAsInternal() {
        assertThat(ErrorCode.parse("code_of_the_future")).isEqualTo(ErrorCode.INTERNAL);
    }

    @Test
    void theMessageNamesTheServerFirstAndEndsWithWhatToDo() {
        Failure failure = Failure.insufficientSpace(100, 7).at(new ServerId("b"));
        assertThat(failure.toException())
                .hasMessageStartingWith("server b: 100 bytes are needed and 7 bytes are available")
                .hasMessageEndingWith(failure.hint());
        assertThat(failure.at(new ServerId("c"))).isEqualTo(failure);
    }

    @Test
    void otherWordsChangeNothingElseOfAFailure() {
        Failure failure = Failure.insufficientSpace(100, 7)
                .at(new ServerId("b"))
                .in(TransactionId.parse("client:1700000000000:7"));
        Failure told = failure.withMessage("no room");
        assertThat(told.message()).isEqualTo("no room");
        assertThat(told.withMessage(failure.message())).isEqualTo(failure);
    }

    @Test
    void findsTheFailureBehindTheWrappersOfFutures() {
        ChunkServerException known = Failure.of(ErrorCode.BUSY, "x").toException();
        assertThat(ChunkServerException.from(new CompletionException(new CompletionException(known))))
                .isSameAs(known);
        assertThat(ChunkServerException.from(new IllegalArgumentException("bad"))
                        .code())
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(ChunkServerException.from(new IllegalStateException()).code())
                .isEqualTo(ErrorCode.INTERNAL);
    }
}
