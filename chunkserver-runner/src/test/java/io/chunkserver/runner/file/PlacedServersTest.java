package io.chunkserver.runner.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom a store is tried without after it failed. */
class PlacedServersTest {

    private static final Member PRIMARY = member("a", 7000);
    private static final Member SECOND = member("b", 7001);
    private static final Member THIRD = member("c", 70010);
    private static final List<Member> MEMBERS = List.of(PRIMARY, SECOND, THIRD);

    private static Member member(String name, int port) {
        return new Member(new ServerId(name), "127.0.0.1:" + port, Location.ORIGIN);
    }

    private static Failure unreachable(Member whom) {
        return Failure.of(ErrorCode.UNREACHABLE, "no connection to " + whom.address() + ": connection refused");
    }

    @Test
    void theOneThatThePrimaryDoesNotReachIsAtFaultAndNotThePrimaryThatSaysSo() {
        assertThat(PlacedServers.culprit(unreachable(SECOND).at(PRIMARY.id()), MEMBERS))
                .isEqualTo(SECOND.id());
        assertThat(PlacedServers.culprit(unreachable(THIRD).at(PRIMARY.id()), MEMBERS))
                .as("an address that begins as another one does")
                .isEqualTo(THIRD.id());
    }

    @Test
    void thePrimaryIsAtFaultWhenItIsNotReachedItself() {
        assertThat(PlacedServers.culprit(unreachable(PRIMARY), MEMBERS)).isEqualTo(PRIMARY.id());
    }

    @Test
    void theServerThatTheFailureNamesIsAtFaultOtherwise() {
        Failure full = Failure.insufficientSpace(10, 5).at(THIRD.id());
        assertThat(PlacedServers.culprit(full, MEMBERS)).isEqualTo(THIRD.id());
        assertThat(PlacedServers.culprit(Failure.of(ErrorCode.TIMEOUT, "too late"), MEMBERS))
                .isEqualTo(PRIMARY.id());
    }
}
