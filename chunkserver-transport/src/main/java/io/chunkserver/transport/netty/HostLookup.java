package io.chunkserver.transport.netty;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.ServerAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Turns host names into addresses, on threads of its own: the system's resolver blocks, for seconds when a name server is silent.
 */
final class HostLookup implements AutoCloseable {

    private static final int THREADS = 2;
    private static final int MAX_WAITING = 1024;
    private static final int KEEP_THREAD_SECONDS = 10;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            KEEP_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            new IoThreads(IoThreads.PREFIX + "lookup-"));

    HostLookup() {
        threads.allowCoreThreadTimeOut(true);
    }

    /** The first address of the host. Fails with {@code UNREACHABLE} when it has none. */
    CompletableFuture<InetSocketAddress> find(ServerAddress address) {
        CompletableFuture<InetSocketAddress> found = new CompletableFuture<>();
        try {
            threads.execute(new Lookup(address, found));
        } catch (RejectedExecutionException e) {
            found.completeExceptionally(Failure.of(
                            ErrorCode.UNREACHABLE,
                            "host of server address " + address + " cannot be looked up: the transport is closed or too"
                                    + " many lookups wait")
                    .toException(e));
        }
        return found;
    }

    private record Lookup(ServerAddress address, CompletableFuture<InetSocketAddress> found) implements Runnable {

        @Override
        public void run() {
            try {
                found.complete(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()));
            } catch (UnknownHostException e) {
                found.completeExceptionally(
                        Failure.of(ErrorCode.UNREACHABLE, "host of server address " + address + " does not resolve")
                                .withHint("check the host's name, or give its address in numbers")
                                .toException(e));
            }
        }
    }

    /** Who waits for a lookup that was not begun hears of the end. */
    @Override
    public void close() {
        for (Runnable dropped : threads.shutdownNow()) {
            ((Lookup) dropped)
                    .found()
                    .completeExceptionally(Failure.of(ErrorCode.UNREACHABLE, "the transport is closed")
                            .toException());
        }
    }
}
