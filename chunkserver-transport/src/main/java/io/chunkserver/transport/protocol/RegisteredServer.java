package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import java.nio.ByteBuffer;

/**
 * What a chunk server writes into its node of a ZooKeeper ensemble: a JSON object in UTF-8 with the fields of {@code register} and a field
 * {@code state}.
 *
 * @param registration who it is, where it is and how much it takes
 * @param state        whether it takes new chunks
 */
public record RegisteredServer(Registration registration, ServerState state) {

    private static final String WHAT = "node of a registered server";

    /** The bytes of the node. */
    public byte[] encode() {
        ObjectNode json = Json.object();
        MembershipJson.registration(json, registration);
        json.put("state", FieldReader.word(state));
        ByteBuffer bytes = Json.bytes(json);
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    /** Reads {@link #encode}; other bytes are a {@code PROTOCOL_ERROR}. */
    public static RegisteredServer decode(byte[] bytes) throws ChunkServerException {
        FieldReader fields = Json.read(WHAT, ByteBuffer.wrap(bytes));
        try {
            return new RegisteredServer(MembershipJson.registration(fields), fields.word("state", ServerState.class));
        } catch (IllegalArgumentException e) {
            throw Failure.of(ErrorCode.PROTOCOL_ERROR, WHAT + ": " + Limits.cut(String.valueOf(e.getMessage())))
                    .toException(e);
        }
    }

    /**
     * Whether this one is gone because the other is there: the other is a later run on the same directory, or this very run, which has
     * lost its session. One that is not may be alive.
     */
    public boolean isReplacedBy(RegisteredServer other) {
        Incarnation here = registration.server();
        Incarnation there = other.registration.server();
        if (!here.isSameDirectory(there)) {
            return false;
        }
        boolean sameAddress = registration
                .member()
                .address()
                .equals(other.registration.member().address());
        return here.bootCount() < there.bootCount() || (here.bootCount() == there.bootCount() && sameAddress);
    }
}
