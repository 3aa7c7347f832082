package io.chunkserver.transport.testkit;

import static io.chunkserver.transport.testkit.TransportUnderTest.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A server's and a client's transport, opened before each test, and closed and looked over after it. */
abstract class TransportFixture implements TransportUnderTest {

    private final List<RecordingReceiver> receivers = new ArrayList<>();
    private final BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
    private Transport server;
    private Transport client;
    private Listener listener;
    private RecordingReceiver atServer;
    private RecordingReceiver atClient;

    /** A new transport; all that one test opens reach each other. */
    protected abstract Transport open();

    /** An address to listen at, with port 0. */
    protected abstract ServerAddress anyPort();

    /** Fails when transports that are closed still hold threads or memory. */
    protected abstract void assertNothingHeld(List<Transport> closed);

    @BeforeEach
    void listen() throws Exception {
        server = open();
        client = open();
        atServer = receiver();
        atClient = receiver();
        listener = get(server.listen(anyPort(), connection -> {
            accepted.add(connection);
            return atServer;
        }));
    }

    @AfterEach
    void leaveNothing() throws Exception {
        client.close();
        server.close();
        for (RecordingReceiver receiver : receivers) {
            receiver.check();
        }
        assertNothingHeld(List.of(client, server));
    }

    @Override
    public final Transport server() {
        return server;
    }

    @Override
    public final Transport client() {
        return client;
    }

    @Override
    public final Listener listener() {
        return listener;
    }

    @Override
    public final RecordingReceiver atServer() {
        return atServer;
    }

    @Override
    public final RecordingReceiver atClient() {
        return atClient;
    }

    @Override
    public final ServerAddress freeAddress() {
        return anyPort();
    }

    @Override
    public final RecordingReceiver receiver() {
        RecordingReceiver receiver = new RecordingReceiver();
        receivers.add(receiver);
        return receiver;
    }

    @Override
    public final Connection accepted() throws InterruptedException {
        Connection connection = accepted.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        assertThat(connection).as("accepted connection").isNotNull();
        return connection;
    }
}
