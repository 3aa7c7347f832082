package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ScriptedServer.Exchange;
import io.chunkserver.transport.client.ScriptedServer.Script;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a connection does with frames that fit its exchange, and with others; and how much it takes in ahead of its reader. */
class PeerConnectionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int WINDOW_BLOCKS = 16;

    private final SteppedNetwork network = new SteppedNetwork();
    private final AtomicInteger blocksReceived = new AtomicInteger();
    private final TamperingTransport transport = new TamperingTransport(network.transport());
    private final ScriptedServer server =
            new ScriptedServer(network.transport(), new ServerAddress("server", 1), "scripted");
    private final Timers timers = Timers.start("test-timer");
    private final ConnectionPool pool =
            new ConnectionPool(transport, PeerRole.CLIENT, PATIENCE, PoolConfig.DEFAULT, timers);
    private final PeerConnection connection = network.done(pool.take(server.address(), PATIENCE));

    @AfterEach
    void close() {
        pool.close();
        timers.close();
    }

    @Test
    void aLateAnswerOfAnEarlierExchangeDoesNotEndTheOneUnderWay() {
        server.then(Script.answer(request -> new Response.Done()), Script.onRequest(exchange -> {
            exchange.send(Messages.response(exchange.id() - 1, new Response.Done()));
            exchange.send(Messages.error(exchange.id() - 1, Failure.of(ErrorCode.BUSY, "late")));
            exchange.send(Messages.end(exchange.id() - 1, new End(0, 0)));
            exchange.send(Messages.response(exchange.id(), new Response.Chunks(List.of(), false)));
        }));
        assertThat(network.done(ask(connection))).isEqualTo("Done[]");
        assertThat(network.done(ask(connection))).isEqualTo("Chunks[chunks=[], more=false]");
    }

    @Test
    void anAnswerToARequestThatWasNotSentEndsTheConnection() {
        server.then(
                Script.onRequest(exchange -> exchange.send(Messages.response(exchange.id() + 1, new Response.Done()))));
        assertThat(network.done(ask(connection)))
                .contains("server:1")
                .contains("answered request 2 before it was sent");
    }

    @Test
    void aSecondHelloEndsTheConnection() {
        server.then(Script.onRequest(
                exchange -> exchange.send(Messages.hello(ScriptedServer.hello(server.address(), "scripted")))));
        assertThat(network.done(ask(connection))).contains("a hello came twice");
    }

    @Test
    void framesThatOnlyAClientSendsEndTheConnection() {
        server.then(Script.onRequest(exchange -> exchange.send(Messages.cancel(exchange.id()))));
        assertThat(network.done(ask(connection))).contains("a server does not send CANCEL frames");
    }

    @Test
    void whatTheServerSaysBeforeItEndsTheConnectionIsTheReason() {
        server.then(Script.onRequest(exchange -> {
            exchange.send(Messages.error(0, Failure.of(ErrorCode.PROTOCOL_ERROR, "you talk nonsense")));
            exchange.cut();
        }));
        assertThat(network.done(ask(connection))).contains("server at server:1: you talk nonsense");
    }

    @Test
    void aReaderThatTakesNothingHoldsUpTheServer() {
        int blocks = 40;
        List<CompletionStage<Void>> sent = new ArrayList<>();
        server.then(Script.onRequest(exchange -> {
            for (int i = 0; i < blocks; i++) {
                sent.add(exchange.connection().send(block(exchange)));
            }
            exchange.end(0, 0);
        }));
        transport.tamper(TamperingTransport.blocks(frame -> {
            blocksReceived.incrementAndGet();
            return List.of(frame);
        }));
        IncomingContent incoming = read();
        network.run();
        assertThat(blocksReceived.get())
                .as("blocks that came in while none was taken")
                .isEqualTo(WINDOW_BLOCKS);
        assertThat(sent).noneMatch(stage -> stage.toCompletableFuture().isDone());
        int taken = 0;
        for (; taken < WINDOW_BLOCKS / 2 - 1; taken++) {
            take(incoming);
        }
        assertThat(blocksReceived.get()).isEqualTo(WINDOW_BLOCKS);
        for (; taken < blocks; taken++) {
            take(incoming);
            assertThat(blocksReceived.get() - taken - 1).isLessThanOrEqualTo(WINDOW_BLOCKS);
        }
        assertThat(network.done(incoming.next())).isInstanceOf(Arrival.Done.class);
        assertThat(sent).allMatch(stage -> stage.toCompletableFuture().isDone());
    }

    @Test
    void aReaderThatGivesUpReleasesWhatWaitsAndCutsTheConnection() {
        List<CompletionStage<Void>> sent = new ArrayList<>();
        server.then(Script.onRequest(exchange -> {
            for (int i = 0; i < 40; i++) {
                sent.add(exchange.connection().send(block(exchange)));
            }
        }));
        IncomingContent incoming = read();
        network.run();
        incoming.abandon();
        network.run();
        assertThat(sent).allMatch(stage -> stage.toCompletableFuture().isDone());
        assertThat(network.done(pool.take(server.address(), PATIENCE))).isNotSameAs(connection);
    }

    private void take(IncomingContent incoming) {
        assertThat(network.done(incoming.next()))
                .isInstanceOfSatisfying(
                        Arrival.Block.class, one -> one.frame().release().run());
        network.run();
    }

    private IncomingContent read() {
        IncomingContent incoming = new IncomingContent();
        incoming.on(connection);
        connection.begin(new Request.Read(ChunkId.parse("x#0"), 0, null, ReadMode.COMMITTED, PATIENCE), incoming);
        return incoming;
    }

    private static Frame block(Exchange exchange) {
        return Frame.data(exchange.id(), ByteBuffer.allocate(10), 0);
    }

    /** Asks for a status; the stage tells what came, or why nothing came. */
    private static CompletionStage<String> ask(PeerConnection connection) {
        CompletableFuture<String> told = new CompletableFuture<>();
        connection.begin(new Request.Status(PATIENCE), new Reply() {
            @Override
            public void response(Response response) {
                told.complete(response.toString());
            }

            @Override
            public void data(Frame frame) {
                frame.release().run();
            }

            @Override
            public void end(End end) {
                told.complete(end.toString());
            }

            @Override
            public void refused(Failure why) {
                told.complete(why.describe());
            }

            @Override
            public void broken(Failure why) {
                told.complete(why.describe());
            }
        });
        return told;
    }
}
