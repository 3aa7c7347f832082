package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class IdentityFormatProperties {

    @Property
    void whatIsEncodedIsDecoded(
            @ForAll @StringLength(min = 1, max = 64) @CharRange(from = 'a', to = 'z') String name,
            @ForAll long high,
            @ForAll long low,
            @ForAll double x,
            @ForAll double y,
            @ForAll @IntRange(max = 65535) int port,
            @ForAll @LongRange(min = 1) long boots)
            throws IOException {
        ServerIdentity identity = new ServerIdentity(
                new ServerId(name), new UUID(high, low), new UUID(low, high), new Location(x, y), port, boots);

        assertThat(IdentityFormat.decode(IdentityFormat.encode(identity), "file"))
                .isEqualTo(identity);
    }

    @Property
    void whatIsSaidOfOtherDirectoriesIsDecoded(
            @ForAll @Size(max = 5) List<Long> others,
            @ForAll long server,
            @ForAll @LongRange(min = 1) long generation,
            @ForAll @LongRange(min = 0) long lastStart)
            throws IOException {
        ServerIdentity lone =
                new ServerIdentity(new ServerId("one"), new UUID(1, 2), new UUID(3, 4), Location.ORIGIN, 0, 1);
        List<UUID> members = new ArrayList<>(List.of(lone.uuid()));
        others.forEach(other -> members.add(new UUID(other, 5)));
        ServerIdentity identity = lone.in(new DirectorySet(new UUID(server, 6), generation, lastStart, members));

        assertThat(IdentityFormat.decode(IdentityFormat.encode(identity), "file"))
                .isEqualTo(identity);
    }

    @Property
    void anyBytesAreAnIdentityOrOneTypedError(@ForAll byte[] bytes) {
        assertDecodedOrTypedError(ByteBuffer.wrap(bytes));
    }

    @Property
    void anyTextOfJsonPiecesIsAnIdentityOrOneTypedError(@ForAll @From("jsonPieces") String text) {
        assertDecodedOrTypedError(StandardCharsets.UTF_8.encode(text));
    }

    @Provide
    Arbitrary<String> jsonPieces() {
        return Arbitraries.of("{", "}", "\"", ":", ",", "\\", "u", "1", "-", "e", "null", "format", " ", "\n", "[", "é")
                .list()
                .ofMaxSize(20)
                .map(pieces -> String.join("", pieces));
    }

    private static void assertDecodedOrTypedError(ByteBuffer bytes) {
        assertThatCode(() -> {
                    try {
                        IdentityFormat.decode(bytes, "file");
                    } catch (ChunkServerException expected) {
                        assertThat(expected.failure().message()).contains("file");
                    }
                })
                .doesNotThrowAnyException();
    }

    @Property
    void anyStringIsQuotedSoThatItReadsBack(@ForAll String value) throws ParseException {
        assertThat(FlatJson.parse("{" + FlatJson.quote(value) + ":" + FlatJson.quote(value) + "}"))
                .isEqualTo(Map.of(value, new FlatJson.Text(value)));
    }
}
