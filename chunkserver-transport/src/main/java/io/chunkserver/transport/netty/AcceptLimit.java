package io.chunkserver.transport.netty;

import io.netty.channel.Channel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts accepted connections and refuses those above a limit. Safe for many threads. */
final class AcceptLimit {

    private static final Logger log = LoggerFactory.getLogger(AcceptLimit.class);

    private final int maxConnections;
    private final AtomicInteger open = new AtomicInteger();

    /** One line for each time that the limit is met, not for each connection: those may be many. */
    private final AtomicBoolean refusing = new AtomicBoolean();

    AcceptLimit(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    /** Counts the channel until it is closed; false when there are too many and the channel must be closed. */
    boolean admit(Channel channel) {
        if (open.incrementAndGet() > maxConnections) {
            open.decrementAndGet();
            if (refusing.compareAndSet(false, true)) {
                log.warn(
                        "connection from {} and those after it are refused: {} are open, which is the limit",
                        channel.remoteAddress(),
                        maxConnections);
            }
            return false;
        }
        channel.closeFuture().addListener(closed -> {
            open.decrementAndGet();
            refusing.set(false);
        });
        return true;
    }
}
