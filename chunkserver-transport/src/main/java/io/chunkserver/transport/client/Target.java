package io.chunkserver.transport.client;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.ServerHello;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is to be talked to.
 *
 * @param address  where
 * @param expected who must answer there; null for whoever does
 */
record Target(ServerAddress address, @Nullable ServerId expected) {

    static Target at(ServerAddress address) {
        return new Target(address, null);
    }

    /**
     * A member of a chain.
     *
     * @throws IllegalArgumentException when its address is none of this transport
     */
    static Target member(Member member) {
        return new Target(ServerAddress.parse(member.address()), member.id());
    }

    /** Why whoever answered is not the right one: another server has come to the address. */
    Optional<Failure> mismatch(ServerHello hello) {
        return expected == null || expected.equals(hello.serverId())
                ? Optional.empty()
                : Optional.of(Failure.of(
                                ErrorCode.UNREACHABLE,
                                "at " + address + " answers server " + hello.serverId() + " instead of server "
                                        + expected)
                        .at(expected));
    }
}
