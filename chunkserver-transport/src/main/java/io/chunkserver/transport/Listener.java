package io.chunkserver.transport;

/** Accepts connections until it is closed; connections that were accepted stay. */
public interface Listener extends AutoCloseable {

    /** Where it listens, with the port that was chosen. */
    ServerAddress address();

    /** Stops accepting; returns when the address is free again. Idempotent. */
    @Override
    void close();
}
