package io.chunkserver.core.membership;

/**
 * A master that a server was told of.
 *
 * @param address where it is, for logs and the server's status
 * @param master  how it is spoken to
 */
public record KnownMaster(String address, Master master) {}
