package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityFormatTest {

    private static final String FILE = "/data/server_info.json";

    private static final ServerIdentity IDENTITY = new ServerIdentity(
            new ServerId("cs-0123456789"),
            UUID.fromString("5b6962dd-3f90-4c93-8f61-eabfa4a803e2"),
            UUID.fromString("00000000-0000-4000-8000-000000000001"),
            new Location(1.5, -0.25),
            7100,
            42);

    private static final String WRITTEN = """
            {
              "format": 1,
              "server_id": "cs-0123456789",
              "uuid": "5b6962dd-3f90-4c93-8f61-eabfa4a803e2",
              "log_id": "00000000-0000-4000-8000-000000000001",
              "x": 1.5,
              "y": -0.25,
              "last_port": 7100,
              "boot_count": 42,
              "crc32c": "d5b6ddfc"
            }
            """;

    private static final String WRITTEN_OF_SEVERAL = """
            {
              "format": 2,
              "server_id": "cs-0123456789",
              "uuid": "5b6962dd-3f90-4c93-8f61-eabfa4a803e2",
              "log_id": "00000000-0000-4000-8000-000000000001",
              "x": 1.5,
              "y": -0.25,
              "last_port": 7100,
              "boot_count": 42,
              "server_uuid": "00000000-0000-4000-8000-00000000000a",
              "directories": "00000000-0000-4000-8000-00000000000a 5b6962dd-3f90-4c93-8f61-eabfa4a803e2",
              "directories_generation": 3,
              "last_start": 41,
              "crc32c": "d6c7535a"
            }
            """;

    private static final UUID FIRST = UUID.fromString("00000000-0000-4000-8000-00000000000a");

    private static final ServerIdentity OF_SEVERAL =
            IDENTITY.in(new DirectorySet(FIRST, 3, 41, List.of(IDENTITY.uuid(), FIRST)));

    /** As versions of this software wrote it that had no checksum. */
    private static final String WITHOUT_CHECKSUM = WRITTEN.lines()
            .filter(line -> !line.contains("crc32c"))
            .collect(Collectors.joining("\n"))
            .replace("42,", "42");

    private static ServerIdentity decode(String text) throws IOException {
        return IdentityFormat.decode(StandardCharsets.UTF_8.encode(text), FILE);
    }

    private static void assertRefused(String text, ErrorCode code, String... words) {
        assertThatThrownBy(() -> decode(text))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(FILE)
                .message()
                .contains(List.of(words));
    }

    @Test
    void theFileReadsLikeThis() {
        assertThat(StandardCharsets.UTF_8
                        .decode(IdentityFormat.encode(IDENTITY))
                        .toString())
                .isEqualTo(WRITTEN);
    }

    @Test
    void thatOfAServerWithSeveralDirectoriesReadsLikeThis() throws IOException {
        assertThat(StandardCharsets.UTF_8
                        .decode(IdentityFormat.encode(OF_SEVERAL))
                        .toString())
                .isEqualTo(WRITTEN_OF_SEVERAL);
        assertThat(decode(WRITTEN_OF_SEVERAL)).isEqualTo(OF_SEVERAL);
    }

    @Test
    void aFormatThatWasReadWronglyIsNoticed() {
        assertRefused(WRITTEN.replace("\"format\": 1", "\"format\": 2"), ErrorCode.BAD_CONFIGURATION, "server_uuid");
        assertRefused(
                WRITTEN_OF_SEVERAL.replace("\"format\": 2", "\"format\": 1"), ErrorCode.CORRUPT, "does not match");
    }

    @Test
    void whatIsSaidOfTheOtherDirectoriesIsThereWhole() {
        for (String key : List.of("server_uuid", "directories", "directories_generation", "last_start")) {
            String without = WRITTEN_OF_SEVERAL
                    .lines()
                    .filter(line -> !line.contains("\"" + key + "\"") && !line.contains("crc32c"))
                    .collect(Collectors.joining("\n"))
                    .replace(",\n}", "\n}");
            assertRefused(without, ErrorCode.BAD_CONFIGURATION, "has no \"" + key + "\"");
        }
        assertRefused(
                WRITTEN_OF_SEVERAL.replace(
                        " 5b6962dd-3f90-4c93-8f61-eabfa4a803e2\",\n  \"directories_g", "\",\n  \"directories_g"),
                ErrorCode.BAD_CONFIGURATION,
                "is not among them");
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        assertThat(decode(WRITTEN)).isEqualTo(IDENTITY);
        assertThat(decode(WITHOUT_CHECKSUM)).isEqualTo(IDENTITY);
    }

    /** Each start writes the file anew: what was read wrongly once would be wrong for ever. */
    @Test
    void noBitOfAValueIsReadWronglyWithoutBeingNoticed() {
        byte[] bytes = WRITTEN.getBytes(StandardCharsets.UTF_8);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] wrong = bytes.clone();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertThat(IdentityFormat.decode(ByteBuffer.wrap(wrong), FILE))
                        .as("with bit %d of %s wrong", bit % 8, (char) bytes[bit / 8])
                        .isEqualTo(IDENTITY);
            } catch (IOException noticed) {
                assertThat(noticed).hasMessageContaining(FILE);
            }
        }
    }

    @Test
    void whoChangesAValueByHandIsToldWhatToDo() {
        assertRefused(WRITTEN.replace("7100", "7101"), ErrorCode.CORRUPT, "checksum", "remove the line");
    }

    @Test
    void orderAndBlanksDoNotMatterAndUnknownKeysAreIgnored() throws IOException {
        String text =
                "{\"boot_count\":42,\"last_port\":7100,\"y\":-25e-2 , \"x\":1.5,\t\"note\":\"a \\\"b\\\" \\u00e9\\n\","
                        + "\"log_id\":\"00000000-0000-4000-8000-000000000001\",\"spare\":null,\"old\":true,"
                        + "\"uuid\":\"5b6962dd-3f90-4c93-8f61-eabfa4a803e2\",\"server_id\":\"cs\\u002d0123456789\","
                        + "\"format\":1}";

        assertThat(decode(text)).isEqualTo(IDENTITY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"format", "server_id", "uuid", "log_id", "x", "y", "last_port", "boot_count"})
    void everyKeyIsRequired(String key) {
        assertRefused(
                WITHOUT_CHECKSUM.replace('"' + key + '"', "\"other\""), ErrorCode.BAD_CONFIGURATION, '"' + key + '"');
    }

    @ParameterizedTest
    @CsvSource({
        "format, 1, \"1\"",
        "format, 1, 1.0",
        "server_id, \"cs-0123456789\", 7",
        "server_id, \"cs-0123456789\", \"with space\"",
        "uuid, \"5b6962dd-3f90-4c93-8f61-eabfa4a803e2\", \"1-1-1-1-1\"",
        "uuid, \"5b6962dd-3f90-4c93-8f61-eabfa4a803e2\", \"none\"",
        "x, 1.5, \"1.5\"",
        "x, 1.5, null",
        "x, 1.5, 1e999",
        "last_port, 7100, 65536",
        "last_port, 7100, -1",
        "boot_count, 42, 0",
        "boot_count, 42, 9223372036854775808",
    })
    void aValueOfTheWrongKindNamesItsKey(String key, String right, String wrong) {
        String line = '"' + key + "\": ";
        assertRefused(
                WITHOUT_CHECKSUM.replace(line + right, line + wrong), ErrorCode.BAD_CONFIGURATION, '"' + key + '"');
    }

    @Test
    void anotherFormatIsToldFromDamage() {
        assertRefused(WRITTEN.replace("\"format\": 1", "\"format\": 3"), ErrorCode.FORMAT_TOO_NEW, "3", "newer");
        assertRefused("{\"format\": 99}", ErrorCode.FORMAT_TOO_NEW, "99");
        assertRefused(WRITTEN.replace("\"format\": 1", "\"format\": 0"), ErrorCode.FORMAT_TOO_OLD, "0");
        assertRefused("{\"format\": -1}", ErrorCode.FORMAT_TOO_OLD, "-1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "{",
                "{}x",
                "{} {}",
                "{\"format\"}",
                "{\"format\":}",
                "{\"format\":1,}",
                "{\"format\":1,\"format\":1}",
                "{\"format\":{}}",
                "{\"format\":[1]}",
                "{'format':1}",
                "{format:1}",
                "{\"format",
                "{\"format\\",
                "{\"a\\x\":1}",
                "{\"a\\u12g4\":1}",
                "{\"a\\u12",
                "{\"a\nb\":1}",
                "{\"format\":1 \"x\":2}"
            })
    void textThatIsNoFlatObjectIsDamage(String text) {
        assertRefused(text, ErrorCode.CORRUPT, "restore the file");
    }
}
