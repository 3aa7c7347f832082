package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import java.nio.ByteBuffer;

/**
 * Messages into frames and back. Blocks of a chunk need no words: {@link Frame#data} makes their frames.
 *
 * <p><b>Reading.</b> A header that is no message of its kind is a {@code PROTOCOL_ERROR}: it is not JSON, or a field is missing, of
 * the wrong type or a word that is not known. A value that is out of its range is {@code INVALID_ARGUMENT} in a request, with the
 * sentence of whoever checks such values, and {@code PROTOCOL_ERROR} in everything else, where it is the peer's mistake and not the
 * caller's. Fields that are not known are ignored. The frame is not released.
 *
 * <p><b>Limits.</b> Reading takes memory in proportion to the header, at most {@value #MAX_REQUEST_HEADER_BYTES} bytes of it where a
 * stranger sends it. Sentences for a person are cut at 4096 characters when they are sent.
 *
 * <p>Pure and without state.
 */
public final class Messages {

    /** The longest header of a request or of a client's hello, which is all that a stranger can have read here. */
    public static final int MAX_REQUEST_HEADER_BYTES = 64 * 1024;

    private interface Decoder<T> {
        T decode(FieldReader fields) throws ChunkServerException;
    }

    private Messages() {}

    /** The frame of the one who opens the connection. */
    public static Frame hello(ClientHello hello) {
        ObjectNode json = Json.object();
        hello.versions().forEach(json.putArray("versions")::add);
        json.put("role", FieldReader.word(hello.role())).put("software", hello.software());
        return Frame.of(FrameType.HELLO, 0, Json.bytes(json));
    }

    /** The answer to a hello. */
    public static Frame hello(ServerHello hello) {
        ObjectNode json = Json.object()
                .put("role", FieldReader.word(hello.role()))
                .put("version", hello.version())
                .put("serverId", hello.serverId().value())
                .put("uuid", hello.uuid().toString());
        if (hello.logId() != null) {
            json.put("logId", hello.logId().toString());
        }
        json.put("address", hello.address().toString());
        ModelJson.location(json, hello.location());
        json.put("chunkSizeLimitBytes", hello.chunkSizeLimitBytes()).put("software", hello.software());
        return Frame.of(FrameType.HELLO, 0, Json.bytes(json));
    }

    public static Frame request(int requestId, Request request) {
        return Frame.of(FrameType.REQUEST, requestId, Json.bytes(RequestFormat.encode(request)));
    }

    public static Frame response(int requestId, Response response) {
        return Frame.of(FrameType.RESPONSE, requestId, Json.bytes(ResponseFormat.encode(response)));
    }

    /** The answer to a request that failed; with request id 0, to a hello that is refused. */
    public static Frame error(int requestId, Failure failure) {
        return Frame.of(FrameType.ERROR, requestId, Json.bytes(ModelJson.failure(failure)));
    }

    /** The frame after the last block. */
    public static Frame end(int requestId, End end) {
        ObjectNode json =
                Json.object().put("lengthBytes", end.lengthBytes()).put("crc32c", Integer.toUnsignedLong(end.crc32c()));
        return Frame.of(FrameType.END, requestId, Json.bytes(json));
    }

    /** Gives the exchange up. */
    public static Frame cancel(int requestId) {
        return Frame.of(FrameType.CANCEL, requestId, ByteBuffer.allocate(0));
    }

    /** Reads the hello of the one who opened the connection. */
    public static ClientHello clientHello(Frame frame) throws ChunkServerException {
        checkLength("hello", frame);
        return decode(frame, FrameType.HELLO, "hello", ErrorCode.PROTOCOL_ERROR, Messages::decodeClientHello);
    }

    /** Reads a server's answer to a hello. */
    public static ServerHello serverHello(Frame frame) throws ChunkServerException {
        return decode(
                frame,
                FrameType.HELLO,
                "server hello",
                ErrorCode.PROTOCOL_ERROR,
                fields -> new ServerHello(
                        fields.has("role") ? fields.word("role", ServerRole.class) : ServerRole.SERVER,
                        fields.smallCount("version"),
                        fields.value("serverId", ServerId::new),
                        fields.uuid("uuid"),
                        fields.uuidOrNull("logId"),
                        fields.value("address", ServerAddress::parse),
                        ModelJson.location(fields),
                        fields.count("chunkSizeLimitBytes"),
                        fields.text("software")));
    }

    public static Request request(Frame frame) throws ChunkServerException {
        checkLength("request", frame);
        return decode(frame, FrameType.REQUEST, "request", ErrorCode.INVALID_ARGUMENT, RequestFormat::decode);
    }

    public static Response response(Frame frame) throws ChunkServerException {
        return decode(frame, FrameType.RESPONSE, "response", ErrorCode.PROTOCOL_ERROR, ResponseFormat::decode);
    }

    public static Failure error(Frame frame) throws ChunkServerException {
        return decode(frame, FrameType.ERROR, "error", ErrorCode.PROTOCOL_ERROR, ModelJson::failure);
    }

    public static End end(Frame frame) throws ChunkServerException {
        return decode(
                frame,
                FrameType.END,
                "end",
                ErrorCode.PROTOCOL_ERROR,
                fields -> new End(fields.number("lengthBytes"), fields.crc32c("crc32c")));
    }

    private static ClientHello decodeClientHello(FieldReader fields) throws ChunkServerException {
        return new ClientHello(
                fields.numbers("versions"), fields.word("role", PeerRole.class), fields.text("software"));
    }

    private static void checkLength(String what, Frame frame) throws ChunkServerException {
        int lengthBytes = frame.header().remaining();
        if (lengthBytes > MAX_REQUEST_HEADER_BYTES) {
            throw Json.malformed("header of a " + what + " has " + lengthBytes + " bytes; at most "
                    + MAX_REQUEST_HEADER_BYTES + " are allowed");
        }
    }

    private static <T> T decode(
            Frame frame, FrameType expected, String what, ErrorCode whenOutOfRange, Decoder<T> decoder)
            throws ChunkServerException {
        if (frame.type() != expected) {
            throw Json.malformed("a " + expected + " frame is expected and a " + frame.type() + " frame came");
        }
        try {
            return decoder.decode(Json.read(what, frame.header()));
        } catch (IllegalArgumentException e) {
            throw Failure.of(whenOutOfRange, Limits.cut(String.valueOf(e.getMessage())))
                    .toException(e);
        }
    }
}
