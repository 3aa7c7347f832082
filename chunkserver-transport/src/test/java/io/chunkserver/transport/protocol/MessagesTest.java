package io.chunkserver.transport.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a reader says about headers that are no message, and that every message fits into a frame. */
class MessagesTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final String LONGEST_PATH = "\"".repeat(ChunkId.MAX_PATH_BYTES);

    @Test
    void aMalformedChunkIdIsTheCallersMistakeInCoresOwnWords() {
        String expected = messageOf(() -> ChunkId.parse("a/../b#0"));
        ChunkServerException refused = refusal("{\"op\":\"stat\",\"timeoutMillis\":1,\"chunk\":\"a/../b#0\"}");
        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(refused.failure().message()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"op\":\"stat\",\"timeoutMillis\":1}                      | field \"chunk\" of request is missing",
                "{\"op\":\"stat\",\"timeoutMillis\":1,\"chunk\":null}       | field \"chunk\" of request is missing",
                "{\"op\":\"stat\",\"timeoutMillis\":1,\"chunk\":5}          | field \"chunk\" of request must be a text",
                "{\"op\":\"stat\",\"timeoutMillis\":\"1\"}                  | field \"timeoutMillis\" of request must be a whole",
                "{\"op\":\"stat\",\"timeoutMillis\":1.5}                    | field \"timeoutMillis\" of request must be a whole",
                "{\"op\":\"fly\",\"timeoutMillis\":1}                       | operation \"fly\" is not known",
                "{\"op\":\"stat\",\"op\":\"stat\"}                          | Duplicate",
                "{\"op\":\"stat\"} x                                        | not a JSON object",
                "[]                                                         | not a JSON object",
                "17                                                         | not a JSON object",
                "{\"op\":\"\\ud800\"}                                       | field \"op\" of request must be valid Unicode",
                "{                                                          | not a JSON object"
            })
    void whatIsNoRequestIsAProtocolErrorThatNamesTheField(String json, String expected) {
        ChunkServerException refused = refusal(json);
        assertThat(refused.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        assertThat(refused).hasMessageContaining(expected);
    }

    @Test
    void aBaseWithoutANextVersionIsTheCallersMistake() {
        String prepare = "{\"op\":\"prepare\",\"timeoutMillis\":1,\"transaction\":\"c:1:1\",\"attempt\":\"1.1\","
                + "\"chunk\":\"a#0\",\"base\":" + Long.MAX_VALUE + ",\"epoch\":0,\"tombstone\":false,"
                + "\"maxLengthBytes\":1,\"attributes\":{},\"durability\":\"sync\","
                + "\"chain\":[{\"id\":\"a\",\"address\":\"h:1\",\"x\":0,\"y\":0}],"
                + "\"coordinatorLogId\":\"00000000-0000-0001-0000-000000000001\"}";
        ChunkServerException refused = refusal(prepare);
        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(refused).hasMessage("base version " + Long.MAX_VALUE + " has no next version");
    }

    @Test
    void aTimeoutOutOfItsRangeIsTheCallersMistake() {
        assertThat(refusal("{\"op\":\"status\",\"timeoutMillis\":0}").code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(refusal("{\"op\":\"status\",\"timeoutMillis\":86400001}"))
                .hasMessageContaining("timeoutMillis")
                .hasMessageContaining("86400000");
    }

    @Test
    void aTimeoutIsSentInWholeMillisecondsWithinItsRange() throws Exception {
        assertThat(sent(Duration.ofNanos(1))).isEqualTo(Duration.ofMillis(1));
        assertThat(sent(Duration.ofNanos(2_999_999))).isEqualTo(Duration.ofMillis(2));
        assertThat(sent(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Request.MAX_TIMEOUT);
    }

    @Test
    void fieldsOfLaterVersionsAreIgnored() throws Exception {
        assertThat(Messages.request(request("{\"op\":\"status\",\"timeoutMillis\":1000,\"colour\":{\"deep\":[1]}}")))
                .isEqualTo(new Request.Status(TIMEOUT));
    }

    @Test
    void codesOfLaterVersionsReadAsInternal() throws Exception {
        Frame frame = frame(FrameType.ERROR, "{\"code\":\"moon_phase\",\"message\":\"m\"}");
        assertThat(Messages.error(frame)).isEqualTo(Failure.of(ErrorCode.INTERNAL, "m"));
    }

    @Test
    void aServersMistakeIsNotTheCallers() {
        Frame frame = frame(FrameType.END, "{\"lengthBytes\":-1,\"crc32c\":0}");
        assertThatThrownBy(() -> Messages.end(frame))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR));
    }

    @Test
    void aHeaderThatIsNotUtf8IsRefused() {
        Frame frame = Frame.of(FrameType.REQUEST, 1, ByteBuffer.wrap(new byte[] {'{', (byte) 0xC0, (byte) 0x80, '}'}));
        assertThatThrownBy(() -> Messages.request(frame)).hasMessageContaining("not UTF-8");
    }

    @Test
    void aStrangerCannotHaveALongHeaderRead() {
        Frame frame = Frame.of(FrameType.REQUEST, 1, ByteBuffer.allocate(Messages.MAX_REQUEST_HEADER_BYTES + 1));
        assertThatThrownBy(() -> Messages.request(frame)).hasMessageContaining("at most 65536");
    }

    @Test
    void halfASurrogatePairDoesNotStopAMessage() throws Exception {
        Failure failure = Failure.of(ErrorCode.INTERNAL, "half \uD83D pair");
        assertThat(Messages.error(Messages.error(1, failure)).message()).isEqualTo("half ? pair");
    }

    @Test
    void aSentenceIsCutRatherThanRefused() throws Exception {
        Failure failure = Failure.of(ErrorCode.INTERNAL, "x".repeat(2_000_000));
        assertThat(Messages.error(Messages.error(1, failure)).message()).hasSize(Limits.MAX_SENTENCE_CHARACTERS);
    }

    @Test
    void theLongestRequestIsNotTooLong() throws Exception {
        PrepareRequest longest = new PrepareRequest(
                new TransactionId("c".repeat(64), Long.MAX_VALUE, Long.MAX_VALUE),
                new Attempt(Long.MAX_VALUE, Long.MAX_VALUE),
                new ChunkId(LONGEST_PATH, Integer.MAX_VALUE),
                new ChunkVersion(Long.MAX_VALUE - 1),
                Long.MAX_VALUE,
                false,
                Long.MAX_VALUE,
                new Attributes(Map.of("\0".repeat(Attributes.MAX_BYTES), "")),
                Durability.SYNC,
                IntStream.range(0, PrepareRequest.MAX_MEMBERS)
                        .mapToObj(i -> member("s".repeat(62) + (char) ('a' + i)))
                        .toList(),
                new UUID(-1, -1),
                Request.MAX_TIMEOUT);
        Frame frame = Messages.request(1, new Request.Prepare(longest));
        assertThat(Messages.request(frame)).isEqualTo(new Request.Prepare(longest));
    }

    @Test
    void aPageOfChunksHoldsWhatFitsAndSaysThatThereAreMore() throws Exception {
        ChunkInfo longest = new ChunkInfo(
                new ChunkId(LONGEST_PATH, Integer.MAX_VALUE),
                new ChunkVersion(Long.MAX_VALUE),
                new TransactionId("c".repeat(64), Long.MAX_VALUE, Long.MAX_VALUE),
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                -1,
                Long.MAX_VALUE,
                false);
        Response.Chunks page = Response.Chunks.fitting(Collections.nCopies(1000, longest), false);
        Frame frame = Messages.response(1, page);
        assertThat(page.more()).isTrue();
        assertThat(frame.header().remaining()).isGreaterThan(Frame.MAX_HEADER_BYTES - 5000);
        assertThat(Messages.response(frame)).isEqualTo(page);
        assertThat(Response.Chunks.fitting(List.of(longest), false).more()).isFalse();
        assertThat(Response.Chunks.fitting(List.of(longest), true).more()).isTrue();
    }

    @Test
    void theListOfTransactionsHoldsWhatFitsAndSaysThatThereAreMore() {
        List<Member> chain = Collections.nCopies(
                16,
                new Member(new ServerId("s".repeat(64)), "\0".repeat(255), new Location(1.0 / 3, -Double.MAX_VALUE)));
        TransactionSummary longest = new TransactionSummary(
                new TransactionId("c".repeat(64), Long.MAX_VALUE, Long.MAX_VALUE),
                new Attempt(Long.MAX_VALUE, Long.MAX_VALUE),
                new ChunkId(LONGEST_PATH, Integer.MAX_VALUE),
                new ChunkVersion(Long.MAX_VALUE),
                false,
                TransactionState.COMMITTING,
                chain,
                chain.stream().map(Member::id).toList(),
                true);
        Response.Transactions page = Response.Transactions.fitting(Collections.nCopies(1000, longest));
        assertThat(page.more()).isTrue();
        assertThat(page.transactions()).isNotEmpty();
        assertThat(Messages.response(1, page).header().remaining()).isLessThanOrEqualTo(Frame.MAX_HEADER_BYTES);
        assertThat(Response.Transactions.fitting(List.of(longest)).more()).isFalse();
    }

    private static Member member(String id) {
        return new Member(new ServerId(id), "\0".repeat(255), new Location(-1.0 / 3, -Double.MAX_VALUE));
    }

    private static Duration sent(Duration timeout) throws Exception {
        return Messages.request(Messages.request(1, new Request.Status(timeout)))
                .timeout();
    }

    private static ChunkServerException refusal(String json) {
        try {
            throw new AssertionError("read as " + Messages.request(request(json)));
        } catch (ChunkServerException e) {
            return e;
        }
    }

    private static String messageOf(Runnable refused) {
        try {
            refused.run();
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        throw new AssertionError("was not refused");
    }

    private static Frame request(String json) {
        return frame(FrameType.REQUEST, json);
    }

    private static Frame frame(FrameType type, String json) {
        return Frame.of(type, 1, ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
    }
}
