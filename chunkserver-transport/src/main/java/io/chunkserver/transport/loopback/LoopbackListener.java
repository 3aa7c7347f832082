package io.chunkserver.transport.loopback;

import io.chunkserver.transport.Connection;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import java.util.function.Function;

/** An address of a network at which a transport accepts connections. */
final class LoopbackListener implements Listener {

    private final LoopbackNetwork network;
    private final LoopbackTransport owner;
    private final ServerAddress address;
    private final Function<Connection, FrameReceiver> receiver;

    LoopbackListener(
            LoopbackNetwork network,
            LoopbackTransport owner,
            ServerAddress address,
            Function<Connection, FrameReceiver> receiver) {
        this.network = network;
        this.owner = owner;
        this.address = address;
        this.receiver = receiver;
    }

    LoopbackTransport owner() {
        return owner;
    }

    Function<Connection, FrameReceiver> receiver() {
        return receiver;
    }

    @Override
    public ServerAddress address() {
        return address;
    }

    @Override
    public void close() {
        network.remove(this);
    }
}
