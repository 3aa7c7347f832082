package io.chunkserver.transport.client;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerRole;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is to be talked to.
 *
 * @param address  where
 * @param expected who must answer there; null for whoever does
 * @param role     what must answer there; null for whatever does
 */
record Target(
        ServerAddress address,
        @Nullable ServerId expected,
        @Nullable ServerRole role) {

    static Target at(ServerAddress address) {
        return new Target(address, null, null);
    }

    static Target master(ServerAddress address) {
        return new Target(address, null, ServerRole.MASTER);
    }

    /**
     * A member of a chain.
     *
     * @throws IllegalArgumentException when its address is none of this transport
     */
    static Target member(Member member) {
        return new Target(ServerAddress.parse(member.address()), member.id(), null);
    }

    /** Why whoever answered is not the right one: another server has come to the address, or it was never the right one. */
    Optional<Failure> mismatch(ServerHello hello) {
        if (role != null && role != hello.role()) {
            return Optional.of(wrongRole(address, hello));
        }
        return expected == null || expected.equals(hello.serverId())
                ? Optional.empty()
                : Optional.of(Failure.of(
                                ErrorCode.UNREACHABLE,
                                "at " + address + " answers server " + hello.serverId() + " instead of server "
                                        + expected)
                        .at(expected));
    }

    /** Somebody else listens there than the one who gave the address thought. */
    static Failure wrongRole(ServerAddress address, ServerHello hello) {
        return hello.role() == ServerRole.MASTER
                ? Failure.of(
                                ErrorCode.PROTOCOL_ERROR,
                                "at " + address + " listens master " + hello.serverId() + ", which is no chunk server")
                        .withHint("give the address of a chunk server")
                : Failure.of(
                                ErrorCode.PROTOCOL_ERROR,
                                "at " + address + " listens chunk server " + hello.serverId() + ", which is no master")
                        .withHint("give the address of a master");
    }
}
