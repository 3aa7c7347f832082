package io.chunkserver.transport.protocol;

/** What the one who opens a connection is. */
public enum PeerRole {
    /** Stores and reads chunks. */
    CLIENT,
    /** Another chunk server, which takes part in transactions. */
    SERVER
}
