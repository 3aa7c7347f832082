package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.client.ScriptedServer.Script;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A question and its answer over connections that are new, old, dead or silent. */
class UnaryCallTest extends ClientOnSteppedNetwork {

    @Test
    void questionsOneAfterTheOtherShareAConnection() {
        server.then(Script.answer(request -> new Response.Done()));
        for (int i = 0; i < 5; i++) {
            assertThat(network.done(ask(PATIENCE))).isEqualTo(new Response.Done());
        }
        assertThat(server.connections()).hasSize(1);
    }

    @Test
    void aConnectionThatDiedWhileItWasIdleCostsNobodyAnything() {
        server.then(
                Script.answer(request -> new Response.Done()),
                Script.cutAtOnce(),
                Script.answer(request -> new Response.Done()));
        network.done(ask(PATIENCE));
        assertThat(network.done(ask(PATIENCE))).isEqualTo(new Response.Done());
        assertThat(server.connections()).hasSize(2);
    }

    @Test
    void aConnectionThatBreaksAgainAtOnceIsNotTriedForEver() {
        server.then(Script.answer(request -> new Response.Done()), Script.cutAtOnce());
        network.done(ask(PATIENCE));
        assertThat(network.failed(ask(PATIENCE), ErrorCode.UNREACHABLE)).hasMessageContaining("server:1");
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void aServerThatDoesNotAnswerInTimeIsNamedAndItsConnectionNotUsedAgain() {
        server.then(Script.silent());
        assertThat(network.failed(ask(SHORT), ErrorCode.TIMEOUT))
                .hasMessageContaining("server at server:1 did not answer within 500 ms");
        network.run();
        assertThat(server.openConnections()).isZero();
    }

    @Test
    void whoeverDoesNotEvenGreetIsUnreachable() {
        server.greet(() -> null);
        assertThat(network.failed(ask(SHORT), ErrorCode.UNREACHABLE))
                .hasMessageContaining("server at server:1 did not answer within 500 ms")
                .hasMessageContaining("both sides use TLS");
        network.run();
        assertThat(server.openConnections()).isZero();
    }

    @Test
    void theServerIsToldHowMuchTimeIsLeft() {
        server.then(Script.answer(request -> new Response.Done()));
        network.done(ask(PATIENCE));
        assertThat(server.requests().get(0).timeout()).isBetween(Duration.ofMillis(1), PATIENCE);
    }

    @Test
    void anotherServerThatHasComeToTheAddressIsNotTakenForTheOneThatWasMeant() {
        server.then(Script.answer(request -> new Response.Done()));
        CompletionStage<Response> asked = UnaryCall.send(
                pool, timers, new Target(server.address(), new ServerId("two"), null), Request.Status::new, PATIENCE);
        assertThat(network.failed(asked, ErrorCode.UNREACHABLE))
                .hasMessageContaining("server two")
                .hasMessageContaining("at server:1 answers server one instead of server two");
        assertThat(server.requests()).isEmpty();
    }

    private CompletionStage<Response> ask(Duration timeout) {
        return UnaryCall.send(pool, timers, Target.at(server.address()), Request.Status::new, timeout);
    }
}
