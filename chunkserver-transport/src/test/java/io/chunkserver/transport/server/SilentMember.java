package io.chunkserver.transport.server;

import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerRole;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A server that says hello, takes one request on each connection, and then neither reads nor says anything more. */
final class SilentMember implements AutoCloseable {

    private static final UUID NO_LOG = new UUID(0, 1);

    private final Listener listener;
    private final ServerId id;
    private final double x;

    /** A member at this place. */
    SilentMember(Transport transport, String name, double x) {
        this.id = new ServerId(name);
        this.x = x;
        this.listener = transport
                .listen(new ServerAddress("127.0.0.1", 0), Silent::new)
                .toCompletableFuture()
                .join();
    }

    ServerAddress address() {
        return listener.address();
    }

    @Override
    public void close() {
        listener.close();
    }

    private final class Silent implements FrameReceiver {

        private final Connection connection;

        Silent(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void receive(Frame frame) {
            if (frame.type() == FrameType.HELLO) {
                var unused = connection.send(Messages.hello(new ServerHello(
                        ServerRole.SERVER,
                        1,
                        id,
                        NO_LOG,
                        NO_LOG,
                        address(),
                        new Location(x, 0),
                        1L << 30,
                        "silent/1")));
            } else {
                connection.setReading(false);
            }
            frame.release().run();
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            // It would not notice.
        }
    }
}
