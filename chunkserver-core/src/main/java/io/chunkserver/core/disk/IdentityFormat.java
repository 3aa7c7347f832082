package io.chunkserver.core.disk;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The bytes of the identity file: one JSON object that an operator can read, and with care change.
 *
 * <pre>
 * {
 *   "format": 1,                           2 where the server has or had other directories
 *   "server_id": "cs-4f1d2c3b5a",          name of the server
 *   "uuid": "c9b1...",                     this directory
 *   "log_id": "07d2...",                   its transaction log
 *   "x": 0.0,                              location
 *   "y": 0.0,
 *   "last_port": 0,                        0: none yet
 *   "boot_count": 1203948,                 one more for each start
 *   "server_uuid": "c9b1...",              the server, where it has or had other directories
 *   "directories": "c9b1... 55e0...",      all that it has, then
 *   "directories_generation": 1,           how often they changed, then
 *   "last_start": 1203948,                 the boot count of the last start with all of them, then
 *   "crc32c": "89abcdef"                   of all that stands before it, as it is written here
 * }
 * </pre>
 *
 * <p>The keys from server_uuid to last_start are those of format 2; all but the checksum are required; unknown ones are ignored and not kept. The checksum is there because each start writes
 * the file anew: a digit that was read wrongly once would be wrong for ever. Whoever changes a value by hand removes it.
 *
 * <p>Three errors are told apart: text that is no such object, or does not match its checksum, is {@code CORRUPT}; a key that is
 * missing or has a value of the wrong kind is {@code BAD_CONFIGURATION}, because somebody edited it; another format is
 * {@code FORMAT_TOO_NEW} or {@code FORMAT_TOO_OLD}.
 */
final class IdentityFormat {

    static final int FORMAT = 1;

    /** That of a directory whose server has or had others, which older software must not take for all that there is. */
    static final int FORMAT_OF_SEVERAL = 2;

    /** A larger file is not read: it is none of ours. */
    static final int MAX_BYTES = 16 * 1024;

    private static final String SERVER_UUID = "server_uuid";
    private static final String DIRECTORIES = "directories";
    private static final String GENERATION = "directories_generation";
    private static final String LAST_START = "last_start";
    private static final String CHECKSUM = "crc32c";

    private static final String RESTORE =
            "restore the file from a copy, or move the whole data directory away and start with an empty one";

    private final String file;
    private final Map<String, FlatJson.Value> values;

    private IdentityFormat(String file, Map<String, FlatJson.Value> values) {
        this.file = file;
        this.values = values;
    }

    static ByteBuffer encode(ServerIdentity identity) {
        String values = values(identity);
        return StandardCharsets.UTF_8.encode(
                values + ",\n  \"" + CHECKSUM + "\": " + FlatJson.quote(checksum(values)) + "\n}\n");
    }

    private static String checksum(String values) {
        return HexFormat.of().toHexDigits(Crc32c.of(StandardCharsets.UTF_8.encode(values)));
    }

    private static String values(ServerIdentity identity) {
        return "{\n"
                + line("format", String.valueOf(identity.set().isLone() ? FORMAT : FORMAT_OF_SEVERAL))
                + line("server_id", FlatJson.quote(identity.serverId().value()))
                + line("uuid", FlatJson.quote(identity.uuid().toString()))
                + line("log_id", FlatJson.quote(identity.logId().toString()))
                + line("x", String.valueOf(identity.location().x()))
                + line("y", String.valueOf(identity.location().y()))
                + line("last_port", String.valueOf(identity.lastPort()))
                + "  \"boot_count\": " + identity.bootCount()
                + (identity.set().isLone() ? "" : set(identity.set()));
    }

    private static String set(DirectorySet set) {
        String members = set.members().stream().map(UUID::toString).collect(Collectors.joining(" "));
        return ",\n"
                + line(SERVER_UUID, FlatJson.quote(set.serverUuid().toString()))
                + line(DIRECTORIES, FlatJson.quote(members))
                + line(GENERATION, String.valueOf(set.generation()))
                + "  \"" + LAST_START + "\": " + set.lastStart();
    }

    private static String line(String key, String value) {
        return "  \"" + key + "\": " + value + ",\n";
    }

    /**
     * Reads the file's bytes.
     *
     * @param file names the file in messages
     */
    static ServerIdentity decode(ByteBuffer bytes, String file) throws ChunkServerException {
        IdentityFormat format = new IdentityFormat(file, parse(bytes, file));
        boolean several = format.readFormat() == FORMAT_OF_SEVERAL;
        UUID uuid = format.string("uuid", IdentityFormat::uuid);
        ServerIdentity identity = new ServerIdentity(
                format.string("server_id", ServerId::new),
                uuid,
                format.string("log_id", IdentityFormat::uuid),
                new Location(
                        format.number("x", IdentityFormat::coordinate), format.number("y", IdentityFormat::coordinate)),
                format.number("last_port", token -> (int) inRange(token, 0, ServerIdentity.MAX_PORT)),
                format.number("boot_count", token -> inRange(token, 1, Long.MAX_VALUE)),
                several ? format.set(uuid) : DirectorySet.of(uuid));
        format.checkChecksum(identity);
        return identity;
    }

    private DirectorySet set(UUID own) throws ChunkServerException {
        UUID server = string(SERVER_UUID, IdentityFormat::uuid);
        long generation = number(GENERATION, token -> inRange(token, 1, Long.MAX_VALUE));
        long lastStart = number(LAST_START, token -> inRange(token, 0, Long.MAX_VALUE));
        return new DirectorySet(server, generation, lastStart, string(DIRECTORIES, text -> members(own, text)));
    }

    private static List<UUID> members(UUID own, String text) {
        List<UUID> members =
                Arrays.stream(text.split(" ")).map(IdentityFormat::uuid).toList();
        if (!members.contains(own)) {
            throw new IllegalArgumentException("this directory, " + own + ", is not among them");
        }
        return members;
    }

    private static Map<String, FlatJson.Value> parse(ByteBuffer bytes, String file) throws ChunkServerException {
        try {
            return FlatJson.parse(
                    StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (ParseException | CharacterCodingException e) {
            throw Failure.of(
                            ErrorCode.CORRUPT,
                            "identity file " + file + " is not the JSON object it should be: " + e.getMessage())
                    .withHint(RESTORE)
                    .toException(e);
        }
    }

    private long readFormat() throws ChunkServerException {
        long found = number("format", token -> inRange(token, Long.MIN_VALUE, Long.MAX_VALUE));
        if (found > FORMAT_OF_SEVERAL) {
            throw Failure.of(
                            ErrorCode.FORMAT_TOO_NEW,
                            "identity file " + file + " has format " + found + "; this version reads " + FORMAT
                                    + " and " + FORMAT_OF_SEVERAL)
                    .withHint("run the version of the software that wrote it, or a newer one")
                    .toException();
        }
        if (found < FORMAT) {
            throw Failure.of(
                            ErrorCode.FORMAT_TOO_OLD,
                            "identity file " + file + " has format " + found + "; this version reads " + FORMAT)
                    .withHint("upgrade in steps, by a version that still reads it")
                    .toException();
        }
        return found;
    }

    /** Files of older versions of this software have none. */
    private void checkChecksum(ServerIdentity identity) throws ChunkServerException {
        if (values.containsKey(CHECKSUM) && !string(CHECKSUM, text -> text).equals(checksum(values(identity)))) {
            throw Failure.of(ErrorCode.CORRUPT, "identity file " + file + " does not match its checksum")
                    .withHint("if somebody changed it on purpose, remove the line with \"" + CHECKSUM + "\"; else "
                            + RESTORE)
                    .toException();
        }
    }

    private <T> T string(String key, Function<String, T> meaning) throws ChunkServerException {
        if (values.get(key) instanceof FlatJson.Text text) {
            return read(key, text.value(), meaning);
        }
        throw wrong(key, "a string is expected", new IllegalArgumentException(key));
    }

    private <T> T number(String key, Function<String, T> meaning) throws ChunkServerException {
        if (values.get(key) instanceof FlatJson.Bare bare) {
            return read(key, bare.token(), meaning);
        }
        throw wrong(key, "a number is expected", new IllegalArgumentException(key));
    }

    private <T> T read(String key, String written, Function<String, T> meaning) throws ChunkServerException {
        try {
            return meaning.apply(written);
        } catch (IllegalArgumentException e) {
            throw wrong(key, String.valueOf(e.getMessage()), e);
        }
    }

    private ChunkServerException wrong(String key, String why, IllegalArgumentException cause) {
        String problem =
                values.containsKey(key) ? "has a wrong value for \"" + key + "\": " + why : "has no \"" + key + "\"";
        return Failure.of(ErrorCode.BAD_CONFIGURATION, "identity file " + file + " " + problem)
                .withHint(RESTORE)
                .toException(cause);
    }

    private static UUID uuid(String text) {
        UUID uuid = UUID.fromString(text);
        if (!uuid.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException("\"" + text + "\" is a shortened UUID");
        }
        return uuid;
    }

    private static double coordinate(String token) {
        double value = Double.parseDouble(token);
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(token + " is not finite");
        }
        return value;
    }

    private static long inRange(String token, long least, long most) {
        long value = Long.parseLong(token);
        if (value < least || value > most) {
            throw new IllegalArgumentException(token + " is not between " + least + " and " + most);
        }
        return value;
    }
}
