package io.chunkserver.transport;

/** Makes the transport of one name. Found by {@link java.util.ServiceLoader}; it has a public constructor without arguments. */
public interface TransportProvider {

    /** The word by which a configuration chooses the transport. */
    String name();

    /** A new transport with the settings that suit most servers. */
    Transport create();
}
