package io.chunkserver.core.membership;

/**
 * How a server stands with one of its masters.
 *
 * @param address    where the master is
 * @param registered whether that master knows this run of the server
 * @param reason     why not; empty when it does
 */
public record MasterConnection(String address, boolean registered, String reason) {}
