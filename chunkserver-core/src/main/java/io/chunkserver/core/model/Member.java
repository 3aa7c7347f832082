package io.chunkserver.core.model;

/**
 * A server as a member of a replica chain: who it is, how to reach it and where it stands.
 *
 * @param id       the server's name
 * @param address  where the transport reaches it; core passes it on and never reads it
 * @param location the server's place, by which chains are ordered
 */
public record Member(ServerId id, String address, Location location) {

    /** The longest address, in characters. */
    public static final int MAX_ADDRESS_CHARACTERS = 255;

    public Member {
        if (address.isEmpty() || address.length() > MAX_ADDRESS_CHARACTERS) {
            throw new IllegalArgumentException("address of server " + id + " has " + address.length()
                    + " characters; 1 to " + MAX_ADDRESS_CHARACTERS + " are allowed");
        }
    }

    @Override
    public String toString() {
        return id + "@" + address;
    }
}
