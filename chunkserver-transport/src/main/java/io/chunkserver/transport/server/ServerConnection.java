package io.chunkserver.transport.server;

import com.google.common.util.concurrent.MoreExecutors;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.protocol.ClientHello;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.ServerHello;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An accepted connection: greets, then takes one request after the other.
 *
 * <p>Its events, whoever brings them, run one at a time on the sequence, which owns all fields that change. Frames of an
 * exchange that is over are dropped: the client had sent them before it could know.
 */
final class ServerConnection implements FrameReceiver {

    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);

    private final CountedConnection connection;
    private final ServerHello hello;
    private final ServerId self;
    private final RequestHandler handler;
    private final ExchangeAdmission admission;
    private final EndpointObserver observer;
    private final Consumer<ServerConnection> whenClosed;
    private final ReadingGate gate;
    private final Executor sequence = MoreExecutors.newSequentialExecutor(MoreExecutors.directExecutor());
    private final StallWatch taking = new StallWatch();
    private final StallWatch giving = new StallWatch();

    private @Nullable Future<?> handshake;
    private boolean greeted;

    /** Nothing more is handled, and nothing sent for what still comes: the client was refused, or the connection is closed. */
    private boolean over;

    private long framesReceived;
    private int lastRequestId;
    private @Nullable Current current;

    /** The exchange under way; it is null for the moment in which its request is being handled. */
    private static final class Current {
        private final Request request;
        private final Answer answer;
        private final long begunNanos = System.nanoTime();
        private @Nullable Exchange exchange;

        Current(Request request, Answer answer) {
            this.request = request;
            this.answer = answer;
        }

        private Duration took() {
            return Duration.ofNanos(System.nanoTime() - begunNanos);
        }
    }

    /**
     * @param hello      what the client is told of this server
     * @param whenClosed told once, when the connection is closed
     */
    ServerConnection(
            Connection connection,
            ServerHello hello,
            RequestHandler handler,
            ExchangeAdmission admission,
            EndpointObserver observer,
            Consumer<ServerConnection> whenClosed) {
        this.connection = new CountedConnection(connection, observer);
        this.hello = hello;
        this.self = hello.serverId();
        this.handler = handler;
        this.admission = admission;
        this.observer = observer;
        this.whenClosed = whenClosed;
        this.gate = new ReadingGate(this.connection);
    }

    /** Waits for the client's hello, for a while. */
    void begin(EndpointThreads threads, EndpointConfig config) {
        Failure late = Failure.of(
                ErrorCode.TIMEOUT,
                "no hello came within " + config.handshakeTimeout().toMillis() + " ms");
        sequence.execute(() -> handshake = threads.schedule(
                () -> sequence.execute(() -> {
                    if (!greeted) {
                        refuse(late);
                    }
                }),
                config.handshakeTimeout()));
    }

    void close() {
        connection.close();
    }

    @Override
    public void receive(Frame frame) {
        sequence.execute(() -> {
            try {
                handle(frame);
            } catch (RuntimeException defect) {
                LOG.error("a {} frame of {} could not be handled", frame.type(), connection.remote(), defect);
                connection.close();
            }
        });
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        sequence.execute(() -> {
            over = true;
            stopHandshake();
            Current open = current;
            current = null;
            if (open != null) {
                LOG.debug("{} went away in the middle of request {}", connection.remote(), open.answer.requestId());
                admission.leave(open.request);
                observer.answered(open.request, ErrorCode.CANCELLED, open.took());
                if (open.exchange != null) {
                    open.exchange.cancel(Failure.of(ErrorCode.CANCELLED, "the connection to the client was closed"));
                }
            }
            whenClosed.accept(this);
        });
    }

    /** Ends what the client does not go on with; to be called once in every {@link StallWatch#period}. */
    void look(Duration stallTimeout) {
        sequence.execute(() -> {
            if (taking.look(connection.hasUnsent(), connection.taken()) > 0) {
                LOG.info("{} took nothing for {} ms and is given up", connection.remote(), stallTimeout.toMillis());
                connection.close();
            }
            Current open = current;
            Exchange exchange = open == null ? null : open.exchange;
            boolean awaited = exchange != null && exchange.awaitsBlocks() && gate.isOpen();
            int idleTimeouts = giving.look(awaited, framesReceived);
            // A member of a chain is patient, so that the one before it has the time to tell what is wrong.
            if (exchange != null && open != null && idleTimeouts > (open.request instanceof Request.Prepare ? 1 : 0)) {
                exchange.cancel(Failure.of(
                        ErrorCode.TIMEOUT,
                        "no block came for "
                                + stallTimeout.multipliedBy(idleTimeouts).toMillis()
                                + " ms, though the server would have taken one"));
            }
        });
    }

    private void handle(Frame frame) {
        if (over) {
            frame.release().run();
            return;
        }
        framesReceived++;
        if (frame.type() == FrameType.DATA) {
            data(frame);
            return;
        }
        try {
            control(frame);
        } catch (ChunkServerException e) {
            refuse(e.failure());
        } finally {
            frame.release().run();
        }
    }

    private void data(Frame frame) {
        Exchange exchange = exchange(frame);
        if (exchange == null) {
            frame.release().run();
            return;
        }
        observer.received(frame.body().remaining());
        try {
            exchange.data(frame);
        } catch (ChunkServerException e) {
            refuse(e.failure());
        }
    }

    private void control(Frame frame) throws ChunkServerException {
        Exchange exchange = exchange(frame);
        switch (frame.type()) {
            case HELLO -> greet(frame);
            case REQUEST -> request(frame);
            case END -> {
                if (exchange != null) {
                    exchange.end(frame);
                }
            }
            case CANCEL -> {
                if (exchange != null) {
                    exchange.cancel(Failure.of(ErrorCode.CANCELLED, "the client gave up"));
                }
            }
            case DATA, RESPONSE, ERROR, PROOF ->
                throw Failure.of(ErrorCode.PROTOCOL_ERROR, "a client does not send " + frame.type() + " frames")
                        .toException();
        }
    }

    /** The exchange that the frame belongs to, if that is not over. */
    private @Nullable Exchange exchange(Frame frame) {
        Current open = current;
        return open != null && open.answer.requestId() == frame.requestId() ? open.exchange : null;
    }

    private void greet(Frame frame) throws ChunkServerException {
        ClientHello client = Messages.clientHello(frame);
        if (greeted) {
            throw Failure.of(ErrorCode.PROTOCOL_ERROR, "a hello came twice").toException();
        }
        if (!client.offersOurVersion()) {
            throw Failure.of(
                            ErrorCode.PROTOCOL_ERROR,
                            "version " + hello.version() + " of the protocol is spoken here, the client speaks "
                                    + client.versions())
                    .withHint(FrameFormat.OTHER_VERSION_HINT)
                    .toException();
        }
        greeted = true;
        stopHandshake();
        connection.send(Messages.hello(hello));
    }

    private void request(Frame frame) throws ChunkServerException {
        int id = frame.requestId();
        Optional<String> defect = defect(id);
        if (defect.isPresent()) {
            throw Failure.of(ErrorCode.PROTOCOL_ERROR, defect.get()).toException();
        }
        lastRequestId = id;
        Answer answer = new Answer(connection, id, self, this::endExchange);
        Request request;
        try {
            request = Messages.request(frame);
        } catch (ChunkServerException e) {
            // The frame was whole, only its words were wrong: the next request may be right.
            sendLast(List.of(Messages.error(id, e.failure().at(self))), () -> {});
            return;
        }
        begin(request, answer);
    }

    /** An id that cannot be told from another's would let the client take one answer for the other: the connection ends. */
    private Optional<String> defect(int id) {
        if (!greeted) {
            return Optional.of("a request came before a hello");
        }
        if (current != null) {
            return Optional.of("request " + Integer.toUnsignedString(id) + " came while request "
                    + Integer.toUnsignedString(current.answer.requestId())
                    + " is not over; a connection carries one at a time");
        }
        return Integer.compareUnsigned(id, lastRequestId) > 0
                ? Optional.empty()
                : Optional.of("request " + Integer.toUnsignedString(id) + " came after request "
                        + Integer.toUnsignedString(lastRequestId) + "; ids begin at 1 and grow");
    }

    private void begin(Request request, Answer answer) {
        Optional<Failure> refusal = admission.enter(request);
        if (refusal.isPresent()) {
            observer.answered(request, refusal.get().code(), Duration.ZERO);
            sendLast(List.of(Messages.error(answer.requestId(), refusal.get().at(self))), () -> {});
            return;
        }
        Current begun = new Current(request, answer);
        current = begun;
        try {
            begun.exchange = handler.begin(request, answer, gate, sequence);
        } catch (RuntimeException e) {
            answer.failure(e);
        }
    }

    /** Sends the last frames of an exchange; from then on the client may send its next request. */
    private void endExchange(Answer answer, List<Frame> last, Runnable gone, @Nullable ErrorCode failure) {
        sequence.execute(() -> {
            Current open = current;
            if (open != null && open.answer.equals(answer)) {
                current = null;
                // First: who has the answer finds it counted.
                observer.answered(open.request, failure, open.took());
                // What is kept for the client until then is bounded by how many may enter.
                sendLast(last, () -> {
                    admission.leave(open.request);
                    gone.run();
                });
            } else {
                gone.run();
            }
        });
    }

    /** Nothing more is handled until the answer is sent: a client that does not take its answers is not given further ones to keep. */
    private void sendLast(List<Frame> last, Runnable whenSent) {
        gate.hold();
        connection.send(last).whenComplete((sent, thrown) -> {
            whenSent.run();
            gate.release();
        });
    }

    /**
     * The client does not keep to the protocol: tell it once, and close. The transport sends the word after what was sent before, for as long
     * as it lingers; a client that takes nothing can hold neither the connection nor memory by waiting for it, or by sending more.
     */
    private void refuse(Failure why) {
        if (over) {
            return;
        }
        over = true;
        LOG.info("connection from {} is refused: {}", connection.remote(), why.message());
        stopHandshake();
        var unused = connection.send(Messages.error(0, why.at(self)));
        connection.close();
    }

    private void stopHandshake() {
        if (handshake != null) {
            handshake.cancel(false);
        }
    }
}
