package io.chunkserver.transport.testkit;

import static io.chunkserver.transport.testkit.TransportSubject.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.testkit.CallTrace;
import io.chunkserver.core.testkit.PromiseReport;
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
import org.junit.jupiter.api.extension.ExtendWith;

/** A server's and a client's transport, opened before each test, and closed and looked over after it. */
@ExtendWith(PromiseReport.class)
abstract class TransportFixture implements TransportSubject, PromiseReport.Traced {

    private final CallTrace trace = new CallTrace();
    private final List<Transport> opened = new ArrayList<>();
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

    @Override
    public final CallTrace trace() {
        return trace;
    }

    private Transport traced() {
        Transport transport = open();
        opened.add(transport);
        return trace.of(Transport.class, transport);
    }

    @BeforeEach
    void listen() throws Exception {
        server = traced();
        client = traced();
        atServer = receiver("the server");
        atClient = receiver("the client");
        listener = get(server.listen(anyPort(), connection -> {
            accepted.add(trace.of(Connection.class, connection));
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
        assertNothingHeld(List.copyOf(opened));
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
        return receiver("another receiver");
    }

    private RecordingReceiver receiver(String name) {
        RecordingReceiver receiver = new RecordingReceiver(name, trace);
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
