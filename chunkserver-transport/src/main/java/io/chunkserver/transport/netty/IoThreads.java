package io.chunkserver.transport.netty;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes a transport's threads: daemons, numbered from 1. */
final class IoThreads implements ThreadFactory {

    /** The names of all threads of this package begin so. */
    static final String PREFIX = "chunkserver-io-";

    private final AtomicInteger count = new AtomicInteger();
    private final String prefix;

    IoThreads(String prefix) {
        this.prefix = prefix;
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new FastThreadLocalThread(task, prefix + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
