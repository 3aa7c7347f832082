package io.chunkserver.transport.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PROTOCOL.md says what the code does: its example bytes, its table of codes, its words and its limits. */
class ProtocolPageTest {

    private static final Path PAGE = Path.of(System.getProperty("basedir", ""), "PROTOCOL.md");

    /** Fields whose values are words of the protocol. */
    private static final Set<String> WORDS = Set.of("op", "kind", "mode", "order", "liveness", "role");

    private final String page = Files.readString(PAGE);

    ProtocolPageTest() throws IOException {}

    @Test
    void theExampleOfAHelloIsWhatIsSent() {
        Frame hello = Messages.hello(new ClientHello(List.of(1), PeerRole.CLIENT, "example/1"));
        assertThat(example("HELLO")).isEqualTo(hex(hello));
    }

    @Test
    void theExampleOfADataFrameIsWhatIsSent() {
        ByteBuffer body = ByteBuffer.wrap("123456789".getBytes(StandardCharsets.US_ASCII));
        assertThat(example("DATA")).isEqualTo(hex(Frame.data(1, body, Crc32c.of(body))));
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeHasItsLine(ErrorCode code) {
        assertThat(page)
                .containsPattern("\\| `" + code.word() + "` \\| .+ \\| " + (code.retryable() ? "yes" : "no") + " \\|");
    }

    @ParameterizedTest
    @EnumSource(FrameType.class)
    void everyFrameTypeHasItsLine(FrameType type) {
        assertThat(page).containsPattern("\\| " + type.number() + " \\| `" + type + "` \\|");
    }

    @Test
    void everyMessageAndFieldIsNamed() {
        MessageArbitraries.requests().list().ofSize(200).sample().stream()
                .map(RequestFormat::encode)
                .forEach(this::assertNamed);
        MessageArbitraries.responses().list().ofSize(200).sample().stream()
                .map(ResponseFormat::encode)
                .forEach(this::assertNamed);
        MessageArbitraries.serverHellos().list().ofSize(20).sample().forEach(this::assertHelloNamed);
    }

    private void assertHelloNamed(ServerHello hello) {
        try {
            assertNamed(new ObjectMapper()
                    .readTree(StandardCharsets.UTF_8
                            .decode(Messages.hello(hello).header())
                            .toString()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertNamed(JsonNode message) {
        message.properties().forEach(field -> {
            assertThat(page).contains("`" + field.getKey() + "`");
            if (WORDS.contains(field.getKey())) {
                assertThat(page).contains("`" + field.getValue().textValue() + "`");
            }
            // The client's own words stand in attributes.
            if (!field.getKey().equals("attributes")) {
                assertNamed(field.getValue());
                field.getValue().elements().forEachRemaining(this::assertNamed);
            }
        });
    }

    /** The bytes in the page's drawing of a frame: pairs of hexadecimal digits before the explanation of each line. */
    private String example(String name) {
        Matcher block =
                Pattern.compile("```hex " + name + "\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(block.find()).as("example of a %s frame", name).isTrue();
        StringBuilder bytes = new StringBuilder();
        block.group(1).lines().forEach(line -> bytes.append(line.split("  +")[0].replace(" ", "")));
        return bytes.toString();
    }

    private static String hex(Frame frame) {
        ByteBuffer bytes = ByteBuffer.allocate(FrameFormat.PREAMBLE_BYTES
                + frame.header().remaining()
                + frame.body().remaining());
        FrameFormat.encode(frame, bytes);
        bytes.put(frame.header()).put(frame.body());
        StringBuilder hex = new StringBuilder();
        for (byte next : Arrays.copyOf(bytes.array(), bytes.capacity())) {
            hex.append(String.format("%02x", next));
        }
        return hex.toString();
    }
}
