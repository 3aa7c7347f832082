package io.chunkserver.transport;

import java.util.ServiceLoader;
import java.util.TreeSet;

/** The transports on the class path, by name. */
public final class Transports {

    private Transports() {}

    /**
     * A new transport, for the caller to close.
     *
     * @throws IllegalArgumentException when there is none of this name; the message says which there are
     */
    public static Transport named(String name) {
        TreeSet<String> known = new TreeSet<>();
        for (TransportProvider provider : ServiceLoader.load(TransportProvider.class)) {
            if (provider.name().equals(name)) {
                return provider.create();
            }
            known.add(provider.name());
        }
        throw new IllegalArgumentException("transport \"" + name + "\" is not known; known are " + known);
    }
}
