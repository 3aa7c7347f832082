package io.chunkserver.transport.protocol;

/** What the one who answers a hello is. */
public enum ServerRole {
    /** A chunk server. */
    SERVER,
    /** A master, which keeps no chunks and knows who does. */
    MASTER
}
