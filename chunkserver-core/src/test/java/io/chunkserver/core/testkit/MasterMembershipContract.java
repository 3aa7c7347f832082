package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.model.Location;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is there, who is believed to be, and who may take a name. */
interface MasterMembershipContract extends MasterSteps {

    @Test
    default void aServerThatIsNotKnownIsToldToRegister() {
        NaiveServer a = server("a", 0);

        assertThat(get(master().heartbeat(a.heartbeat(0)))).isEqualTo(HeartbeatReply.UNKNOWN);
        assertThat(codeOf(master().report(a.changes(List.of())))).isEqualTo(ErrorCode.NOT_REGISTERED);
    }

    @Test
    default void aRegisteredServerIsLiveUntilTwoHeartbeatsAreMissingAndDeadAfterFour() {
        join(server("a", 0));
        assertThat(liveness()).isEqualTo(Liveness.LIVE);
        pass(SUSPECT_AFTER - 1, List.of());
        assertThat(liveness()).isEqualTo(Liveness.LIVE);
        tick();
        assertThat(liveness()).isEqualTo(Liveness.SUSPECT);
        pass(DEAD_AFTER - SUSPECT_AFTER - 1, List.of());
        assertThat(liveness()).isEqualTo(Liveness.SUSPECT);
        tick();
        assertThat(liveness()).isEqualTo(Liveness.DEAD);
    }

    /** Its heartbeats come a little after, a little before and a little after a tick: none is missing. */
    @Test
    default void aServerWhoseHeartbeatsAreSometimesALittleLateStaysLive() {
        NaiveServer a = server("a", 0);
        join(a);
        for (int round = 0; round < 3; round++) {
            tick();
            tick();
            assertThat(liveness()).isEqualTo(Liveness.LIVE);
            beat(a);
        }
    }

    @Test
    default void aHeartbeatBringsADeadServerBack() {
        NaiveServer a = server("a", 0);
        join(a);
        pass(DEAD_AFTER, List.of());

        assertThat(get(master().heartbeat(a.heartbeat(0))).registered()).isTrue();
        assertThat(liveness()).isEqualTo(Liveness.LIVE);
    }

    @Test
    default void statusTellsWhatTheServerSaid() {
        NaiveServer a = server("a", 3).with(NaiveServer.version(CHUNK, 1, "w"));
        join(a);
        a.moveTo(new Location(4, 4));
        beat(a);

        MemberStatus member = get(master().status()).members().get(0);
        assertThat(member.registration().server()).isEqualTo(a.run());
        assertThat(member.registration().member().location()).isEqualTo(new Location(4, 4));
        assertThat(member.lastHeartbeat()).isEqualTo(a.heartbeat(0));
        assertThat(member.copies()).isOne();
    }

    @Test
    default void anotherDirectoryOfALivingServersNameIsRefusedNamingBothAddresses() {
        join(server("a", 0));
        NaiveServer other = server("a", 1);
        other.wipe();
        other.listenAt("elsewhere:2");

        Failure failure = failureOf(master().register(other.registration()));
        assertThat(failure.code()).isEqualTo(ErrorCode.DUPLICATE_SERVER);
        assertThat(failure.describe()).contains("a:1", "elsewhere:2");
    }

    @Test
    default void aServerWhoseDirectoryWasEmptiedIsToldWhatHappenedAndTakenWhenTheOneBeforeIsDead() {
        NaiveServer a = server("a", 0);
        join(a);
        a.wipe();

        Failure failure = failureOf(master().register(a.registration()));
        assertThat(failure.code()).isEqualTo(ErrorCode.DUPLICATE_SERVER);
        assertThat(failure.describe())
                .contains("server a at a:1 comes with another data directory", "emptied", "leave it running");
        pass(DEAD_AFTER, List.of());
        join(a);
        assertThat(beat(a)).isEmpty();
    }

    @Test
    default void anotherDirectoryTakesTheNameOfADeadServerAndItsCopiesAreForgotten() {
        NaiveServer a = server("a", 0).with(NaiveServer.version(CHUNK, 1, "w"));
        join(a);
        pass(DEAD_AFTER, List.of());
        a.wipe();
        join(a);

        assertThat(codeOf(master().locate(CHUNK, null))).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
    }

    @Test
    default void aRestartReplacesTheRunBeforeItAtOnce() {
        NaiveServer a = server("a", 0);
        join(a);
        var earlier = a.heartbeat(0);
        a.restart();
        a.listenAt("a:2");
        join(a);

        assertThat(get(master().heartbeat(earlier))).isEqualTo(HeartbeatReply.UNKNOWN);
        assertThat(beat(a)).isEmpty();
    }

    @Test
    default void aCopyOfALivingServersDirectoryIsRefused() {
        NaiveServer a = server("a", 0);
        a.restart();
        join(a);
        NaiveServer copy = server("a", 1);
        copy.listenAt("elsewhere:2");
        for (long boot : List.of(1L, 2L)) {
            copy.restartAt(boot);
            Failure failure = failureOf(master().register(copy.registration()));
            assertThat(failure.code()).isEqualTo(ErrorCode.DUPLICATE_SERVER);
            assertThat(failure.describe()).contains("a:1", "elsewhere:2");
        }
    }

    @Test
    default void theSameRunMayRegisterAgain() {
        NaiveServer a = server("a", 0);
        join(a);
        join(a);
        assertThat(get(master().status()).members()).hasSize(1);
    }

    @Test
    default void anOlderStateOfADeadServersDirectoryIsAcceptedAndWhatItHeldIsForgotten() {
        NaiveServer a = server("a", 0).with(NaiveServer.version(CHUNK, 2, "w"));
        a.restart();
        join(a);
        pass(DEAD_AFTER, List.of());
        a.restartAt(1);
        a.with(NaiveServer.version(CHUNK, 1, "w"));
        join(a);

        assertThat(get(master().locate(CHUNK, null)).version().number()).isOne();
    }

    private Liveness liveness() {
        return get(master().status()).members().get(0).liveness();
    }
}
