package io.chunkserver.transport.client;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerRole;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server that says what its test tells it to: one script for each request, in the order of their arrival over all connections;
 * the last one for all that follow.
 */
final class ScriptedServer {

    /** What is done about the frames of one exchange, from the request to the client's last. */
    interface Script {

        void frame(Exchange exchange, Frame frame);

        /** Answers when the request has come. */
        static Script onRequest(Step step) {
            return on(FrameType.REQUEST, step);
        }

        /** Answers when a block has come. */
        static Script onBlock(Step step) {
            return on(FrameType.DATA, step);
        }

        /** Answers when the client has sent all blocks. */
        static Script onEnd(Step step) {
            return on(FrameType.END, step);
        }

        private static Script on(FrameType type, Step step) {
            return (exchange, frame) -> {
                if (frame.type() == type) {
                    step.run(exchange);
                }
            };
        }

        /** Answers a request at once. */
        static Script answer(Function<Request, Response> response) {
            return onRequest(exchange -> exchange.answer(response.apply(exchange.request())));
        }

        /** Refuses a request at once. */
        static Script refuse(ErrorCode code) {
            return onRequest(exchange -> exchange.refuse(Failure.of(code, "as the script says")));
        }

        /** Cuts the connection as soon as the request has come. */
        static Script cutAtOnce() {
            return onRequest(Exchange::cut);
        }

        /** Cuts the connection when everything has come. */
        static Script cutAfterTheLastByte() {
            return onEnd(Exchange::cut);
        }

        /** Never says anything. */
        static Script silent() {
            return (exchange, frame) -> {};
        }
    }

    /** One thing that a script does. */
    interface Step {
        void run(Exchange exchange);
    }

    /** One request that came, and the way back. */
    record Exchange(Connection connection, int id, Request request) {

        void answer(Response response) {
            send(Messages.response(id, response));
        }

        /** Answers in JSON that nobody has checked. */
        void say(String json) {
            send(Frame.of(FrameType.RESPONSE, id, ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8))));
        }

        void refuse(Failure why) {
            send(Messages.error(id, why));
        }

        /** Sends a block with its checksum. */
        void block(byte[] bytes) {
            ByteBuffer body = ByteBuffer.wrap(bytes);
            send(Frame.data(id, body, Crc32c.of(body)));
        }

        void end(long lengthBytes, int crc32c) {
            send(Messages.end(id, new End(lengthBytes, crc32c)));
        }

        void send(Frame frame) {
            var unused = connection.send(frame);
        }

        void cut() {
            connection.close();
        }
    }

    private final ServerAddress address;
    private final ServerId id;
    private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final Set<Connection> ended = ConcurrentHashMap.newKeySet();
    private volatile Script last = Script.silent();
    private volatile Supplier<@Nullable Frame> hello;

    /** Listens; the transport is closed by its owner. */
    ScriptedServer(Transport transport, ServerAddress address, String name) {
        this.id = new ServerId(name);
        // Whoever connects knows the address, and so comes later than it is known here.
        this.hello = () -> Messages.hello(hello(address(), name));
        this.address = transport
                .listen(address, this::accept)
                .toCompletableFuture()
                .join()
                .address();
    }

    /** What such a server says of itself. */
    static ServerHello hello(ServerAddress address, String name) {
        return new ServerHello(
                ServerRole.SERVER,
                1,
                new ServerId(name),
                new UUID(1, 2),
                null,
                address,
                new Location(0, 0),
                1L << 30,
                "scripted/1");
    }

    /** What the next requests are answered with; the last of all scripts stays. */
    ScriptedServer then(Script... next) {
        for (Script script : next) {
            scripts.add(script);
            last = script;
        }
        return this;
    }

    /** Answers hellos with this from now on; null says nothing. */
    void greet(Supplier<@Nullable Frame> newHello) {
        hello = newHello;
    }

    ServerAddress address() {
        return address;
    }

    ServerId id() {
        return id;
    }

    /** All requests that came, in their order. */
    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Those requests that are of one kind. */
    <T extends Request> List<T> requests(Class<T> kind) {
        return requests.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** All connections that ever came. */
    List<Connection> connections() {
        return List.copyOf(connections);
    }

    boolean isOpen(Connection connection) {
        return !ended.contains(connection);
    }

    long openConnections() {
        return connections.stream().filter(this::isOpen).count();
    }

    private FrameReceiver accept(Connection connection) {
        connections.add(connection);
        return new Session(connection);
    }

    private final class Session implements FrameReceiver {

        private final Connection connection;
        private @Nullable Exchange exchange;
        private Script script = Script.silent();

        Session(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void receive(Frame frame) {
            try {
                if (frame.type() == FrameType.HELLO) {
                    Frame answer = hello.get();
                    if (answer != null) {
                        var unused = connection.send(answer);
                    }
                    return;
                }
                if (frame.type() == FrameType.REQUEST) {
                    begin(frame);
                }
                Exchange open = exchange;
                if (open != null) {
                    script.frame(open, frame);
                }
            } finally {
                frame.release().run();
            }
        }

        private void begin(Frame frame) {
            Request request;
            try {
                request = Messages.request(frame);
            } catch (ChunkServerException e) {
                throw new AssertionError("the client sent what is no request", e);
            }
            requests.add(request);
            exchange = new Exchange(connection, frame.requestId(), request);
            Script next = scripts.poll();
            script = next == null ? last : next;
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            ended.add(connection);
        }
    }
}
