package io.chunkserver.transport.loopback;

import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.ServerAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A connection as a whole: who opened it, who accepted it, and its two ends. */
final class LoopbackLink {

    private final LoopbackNetwork network;
    private final LoopbackTransport opener;
    private final LoopbackListener listener;
    private final LoopbackConnection openersEnd;
    private final LoopbackConnection acceptorsEnd;
    private final AtomicInteger openEnds = new AtomicInteger(2);

    /** A link whose acceptor sees it come from the given address. */
    LoopbackLink(LoopbackNetwork network, LoopbackTransport opener, ServerAddress from, LoopbackListener listener) {
        this.network = network;
        this.opener = opener;
        this.listener = listener;
        this.openersEnd = new LoopbackConnection(network, this, listener.address());
        this.acceptorsEnd = new LoopbackConnection(network, this, from);
        openersEnd.join(acceptorsEnd);
        acceptorsEnd.join(openersEnd);
    }

    /** Makes both receivers; what one of them sends at once waits for the other. */
    Connection attach(Function<Connection, FrameReceiver> receiver) {
        acceptorsEnd.attach(listener.receiver().apply(acceptorsEnd));
        openersEnd.attach(receiver.apply(openersEnd));
        return openersEnd;
    }

    boolean touches(ServerAddress address) {
        return listener.address().equals(address) || network.listensAt(opener, address);
    }

    boolean belongsTo(LoopbackTransport transport) {
        return opener.equals(transport) || listener.owner().equals(transport);
    }

    /** Both ends lose what is on its way. */
    void breakOff(Failure why) {
        openersEnd.breakOff(why);
        acceptorsEnd.breakOff(why);
    }

    /** Closes the transport's own ends in order. */
    void close(LoopbackTransport transport) {
        if (opener.equals(transport)) {
            openersEnd.close();
        }
        if (listener.owner().equals(transport)) {
            acceptorsEnd.close();
        }
    }

    /** One end's receiver was told; when both are, nobody needs to know the link any more. */
    void ended() {
        if (openEnds.decrementAndGet() == 0) {
            network.remove(this);
        }
    }
}
